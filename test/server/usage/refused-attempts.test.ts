import { expect, test } from 'vitest';
import { createUsageRecorder } from '../../../server/usage/usage-recorder.ts';
import { createUsageStore } from '../../../server/usage/usage-store.ts';
import { answer, body, demoIds, issueKey, revokeKey } from '../../support/issued-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';
import { handTimer, keyCall } from './calls.ts';

const settings = '/api/v1/settings/api-keys';
const as = 'parent-admin';

interface Refused {
  readonly reason: string;
  readonly count: number;
}

async function usageOf(server: RunningServer, id: string) {
  await server.usage.flush();
  const response = await server.fetch(`${settings}/${id}/usage`, { as });
  return body<{ items: object[]; refused: Refused[] }>(response);
}

const reasonsOf = async (server: RunningServer, id: string) =>
  Object.fromEntries(
    (await usageOf(server, id)).refused.map(({ reason, count }) => [reason, count]),
  );

onBothDatabases((kind) => {
  test('a scope that an operation itself asks for is refused, told and recorded like any other', async () => {
    await using server = await startServerOn(kind);
    const key = await issueKey(server, { scopes: [] });
    const refused = await server.fetch('/api/v1/jobs/job_x', { as: key.raw });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="repos:read extensions:read"',
    ]);
    expect(await reasonsOf(server, key.id)).toEqual({ scope: 1 });
    expect((await usageOf(server, key.id)).items).toEqual([]);
    const { last_used_at } = await body<{ last_used_at: string | null }>(
      await server.fetch(`${settings}/${key.id}`, { as }),
    );
    expect(last_used_at).toBeNull();
  });

  test('a key that is refused tells from where, by every entrance and for every reason', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const get = (path: string, raw: string, agent = 'ci/1') =>
      server.fetch(path, { as: raw, headers: { 'user-agent': agent } });
    const patch = (id: string, json: object) =>
      server.fetch(`${settings}/${id}`, { as, json, method: 'PATCH' });

    const dead = await issueKey(server);
    await get('/api/v1/key', dead.raw);
    await revokeKey(server, dead.id);
    await get('/api/v1/repos', dead.raw);
    clock.advance(1000);
    await get('/auth/verify', dead.raw);
    clock.advance(1000);
    await get('/api/v1/settings/session', dead.raw);
    clock.advance(1000);
    await get('/trpc/session.get', dead.raw, 'last/2');
    const { items, refused } = await usageOf(server, dead.id);
    expect(items).toHaveLength(1);
    expect(refused).toEqual([
      {
        reason: 'revoked',
        ip_address: '127.0.0.1',
        user_agent: 'last/2',
        count: 4,
        first_at: '2026-03-04T05:06:07.089Z',
        last_at: '2026-03-04T05:06:10.089Z',
      },
    ]);

    const key = await issueKey(server, { scopes: ['repos:read'], expires_in_days: 1 });
    await get('/api/v1/extensions', key.raw);
    await patch(key.id, { ip_allow_list: ['203.0.113.0/24'] });
    await get('/api/v1/key', key.raw);
    await patch(key.id, { ip_allow_list: null, disabled: true });
    await get('/api/v1/key', key.raw);
    await patch(key.id, { disabled: false, rate_limit: { limit: 1, window_seconds: 60 } });
    for (let n = 0; n < 2; n++) await get('/api/v1/key', key.raw);
    await get('/auth/verify?proxy=nginx', key.raw);
    await server.fetch(`${settings}/${key.id}/rotate`, { as, json: {} });
    await get('/api/v1/key', key.raw);
    const other = await issueKey(server, { expires_in_days: 1, environment: 'test' });
    await get('/auth/verify', other.raw);
    const sql = (text: string) => server.database.read().execute(text);
    await sql('update organization set tier = 2');
    await get('/api/v1/key', other.raw);
    await sql('update organization set tier = 3');
    await sql('update membership set active = false');
    await get('/api/v1/key', other.raw);
    await sql('update membership set active = true');
    clock.advance(86_400_000);
    await get('/api/v1/key', other.raw);
    expect(await reasonsOf(server, other.id)).toEqual({
      environment: 1,
      tier: 1,
      authority: 1,
      expired: 1,
    });
    expect(await reasonsOf(server, key.id)).toEqual({
      scope: 1,
      address: 1,
      disabled: 1,
      rate_limited: 2,
      retired: 1,
    });
  });

  test('a refused key was not used', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server, { scopes: ['repos:read'] });
    await server.fetch('/api/v1/extensions', { as: raw });
    const { items, refused } = await usageOf(server, id);
    expect([items, refused.length]).toEqual([[], 1]);
    const key = await body(await server.fetch(`${settings}/${id}`, { as }));
    expect(key.last_used_at).toBeNull();
  });

  test('what was refused in seven days needs attention, also of revoked keys', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const { subOrg } = { subOrg: (await demoIds(server)).payments };
    const held = await issueKey(server, { sub_org_id: subOrg });
    await server.fetch(`/api/v1/settings/sub-orgs/${subOrg}/archive`, { as, method: 'POST' });
    await issueKey(server);
    await server.fetch('/api/v1/key', { as: held.raw });
    await server.usage.flush();
    const found = async () => {
      const list = await answer(server.fetch(`${settings}?attention=refused_lately`, { as }));
      const counts = await answer(server.fetch(`${settings}/attention`, { as }));
      const items = list.body.items as { id: string }[];
      return [items.map(({ id }) => id), counts.body.refused_lately];
    };
    expect(await found()).toEqual([[held.id], 1]);
    clock.advance(7 * 86_400_000);
    expect(await found()).toEqual([[held.id], 1]);
    clock.advance(1);
    expect(await found()).toEqual([[], 0]);
  });

  test('no answer and no header tells a refused key that is known from one that is not', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server);
    await revokeKey(server, id);
    const unknown = raw.replace(/.{4}$/, '0000');
    const told = async (key: string) => {
      const response = await server.fetch('/api/v1/key', { as: key });
      const headers = [...response.headers].filter(
        ([name]) => name !== 'x-request-id' && name !== 'date',
      );
      return [response.status, headers, await response.text()];
    };
    expect(await told(raw)).toEqual(await told(unknown));
  });

  test('a key that an address may not guess any more is recorded all the same', async () => {
    const options = { rateLimits: { perAddress: { limit: 1, windowSeconds: 60 } } };
    await using server = await startServerOn(kind, options);
    const { id, raw } = await issueKey(server);
    await revokeKey(server, id);
    const statuses = [];
    for (const path of ['/api/v1/key', '/auth/verify', '/api/v1/repos']) {
      statuses.push((await server.fetch(path, { as: raw })).status);
    }
    expect(statuses).toEqual([401, 429, 429]);
    expect(await reasonsOf(server, id)).toEqual({ revoked: 3 });
  });

  test('a key keeps a hundred rows: the oldest go', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    await using usage = createUsageRecorder({
      store: createUsageStore(server.database),
      every: handTimer().every,
      onError: (error) => expect.unreachable(String(error)),
    });
    const { id } = await issueKey(server);
    const refused = { reason: 'revoked', preview: 'p' } as const;
    for (let n = 0; n < 130; n++) {
      const ipAddress = `203.0.113.${n}`;
      usage.record(keyCall({ keyId: id, at: n, statusCode: 401, refused, ipAddress }));
      if (n % 50 === 0) await usage.flush();
    }
    await usage.flush();
    const rows = (await usageOf(server, id)).refused.map((row) => Object.values(row)[1]);
    expect(rows).toEqual(Array.from({ length: 100 }, (_, n) => `203.0.113.${129 - n}`));
  });
});
