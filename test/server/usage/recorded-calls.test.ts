import { expect, test } from 'vitest';
import { answer, body, demoIds, issueKey, revokeKey } from '../../support/issued-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';
import { handTimer } from './calls.ts';

interface Usage {
  readonly items: Record<string, unknown>[];
  readonly hourly: { hour: string; outcome: string; count: number }[];
}

const settings = '/api/v1/settings/api-keys';

async function usageOf(server: RunningServer, id: string, query = ''): Promise<Usage> {
  await server.usage.flush();
  const response = await server.fetch(`${settings}/${id}/usage${query}`, { as: 'parent-admin' });
  expect(response.status).toBe(200);
  return body<Usage>(response);
}

onBothDatabases((kind) => {
  test('apiKeys.usage tells each call of a key, newest first', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const { id, raw } = await issueKey(server);
    const { repo } = await demoIds(server);
    const headers = { 'user-agent': 'ci/1.0' };
    const first = await server.fetch('/api/v1/key', { as: raw, headers });
    clock.advance(1000);
    await server.fetch(`/api/v1/repos/${repo.none}`, { as: raw, headers: { 'user-agent': '' } });
    clock.advance(1000);
    await server.fetch('/api/v1/repos/123456', { as: raw });
    clock.advance(1000);
    await server.fetch('/api/v1/settings/session', { as: raw });
    clock.advance(1000);
    await server.fetch('/trpc/session.get', { as: raw });

    const { items } = await usageOf(server, id);
    expect(items.map(({ endpoint, status_code }) => [endpoint, status_code])).toEqual([
      ['/trpc', 403],
      ['/api/v1/settings/session', 403],
      ['/api/v1/repos/{repo_id}', 404],
      ['/api/v1/repos/{repo_id}', 200],
      ['/api/v1/key', 200],
    ]);
    expect(items.at(-2)).toMatchObject({ user_agent: null });
    expect(items.at(-1)).toEqual({
      id: expect.stringMatching(/^use_[0-9A-Z]{26}$/),
      key_id: id,
      endpoint: '/api/v1/key',
      method: 'GET',
      status_code: 200,
      duration_ms: expect.any(Number),
      request_id: first.headers.get('x-request-id'),
      ip_address: '127.0.0.1',
      user_agent: 'ci/1.0',
      created_at: '2026-03-04T05:06:07.089Z',
    });
    expect((await usageOf(server, id, '?limit=2')).items).toEqual(items.slice(0, 2));
  });

  test('apiKeys.usage counts every outcome exactly under parallel calls', async () => {
    const clock = testClock();
    const timer = handTimer();
    await using server = await startServerOn(kind, { now: clock.now, every: timer.every });
    const { id, raw } = await issueKey(server, { scopes: ['repos:read'] });
    const paths = ['/api/v1/key', '/api/v1/extensions', '/api/v1/repos/999999'];
    const calls = Array.from({ length: 300 }, (_, n) => {
      // Storing goes on while calls come in.
      if (n % 50 === 0) timer.tick();
      return server.fetch(paths[n % 3] ?? '', { as: raw }).then((response) => response.text());
    });
    await Promise.all(calls);
    clock.advance(3_600_000);
    await (await server.fetch('/api/v1/key', { as: raw })).text();

    const { items, hourly } = await usageOf(server, id, '?limit=1000');
    // Refused requests are counted by the hour, and are no calls.
    expect(items).toHaveLength(201);
    expect(hourly).toEqual([
      { hour: '2026-03-04T05:00:00.000Z', outcome: 'client_error', count: 100 },
      { hour: '2026-03-04T05:00:00.000Z', outcome: 'forbidden', count: 100 },
      { hour: '2026-03-04T05:00:00.000Z', outcome: 'success', count: 100 },
      { hour: '2026-03-04T06:00:00.000Z', outcome: 'success', count: 1 },
    ]);
    clock.advance(7 * 24 * 3_600_000);
    expect((await usageOf(server, id)).hourly).toEqual([]);
  });

  test('last_used_at is told once the timer has turned, within a second', async () => {
    const clock = testClock();
    const timer = handTimer();
    await using server = await startServerOn(kind, { now: clock.now, every: timer.every });
    const { id, raw } = await issueKey(server);
    const lastUsed = async () => {
      const response = await server.fetch(`${settings}/${id}`, { as: 'parent-admin' });
      return (await body(response)).last_used_at;
    };
    expect(await lastUsed()).toBeNull();
    await server.fetch('/auth/verify', { as: raw });
    timer.tick();
    await server.usage.flush();
    expect(await lastUsed()).toBe('2026-03-04T05:06:07.089Z');
    expect(timer.milliseconds()).toBeLessThan(1000);
  });

  test('a key that is answered 401 is not used, nor an unknown one', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server);
    await server.fetch('/api/v1/key', { as: raw });
    await revokeKey(server, id);
    expect((await server.fetch('/api/v1/key', { as: raw })).status).toBe(401);
    expect((await server.fetch('/api/v1/settings/session', { as: raw })).status).toBe(401);
    await server.fetch('/api/v1/key', { as: 'rrk_live_no_such_key' });
    expect((await usageOf(server, id)).items).toHaveLength(1);
    expect(server.usage.counters().recorded).toBe(1);
  });

  test('apiKeys.usage refuses limits beyond its own, and knows no key of others', async () => {
    await using server = await startServerOn(kind);
    const { id } = await issueKey(server);
    const status = async (path: string, as = 'parent-admin') =>
      (await answer(server.fetch(`${settings}/${path}`, { as }))).status;
    expect(await status(`${id}/usage?limit=0`)).toBe(422);
    expect(await status(`${id}/usage?limit=1001`)).toBe(422);
    expect(await status(`${id}/usage?limit=1000`)).toBe(200);
    const other = server.session({
      user: 'user_demo_grace',
      organization: 'org_demo_globex',
      role: 'admin',
    });
    await server.database
      .read()
      .execute("update organization set tier = 3 where id = 'org_demo_globex'");
    for (const path of ['usage', 'retiring-use', 'unused-scopes']) {
      expect(await answer(server.fetch(`${settings}/${id}/${path}`, { as: other }))).toEqual({
        status: 404,
        body: { detail: 'API key not found' },
      });
    }
  });

  test('a long User-Agent is cut, and a missing one is null', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server);
    const headers = { 'user-agent': 'a'.repeat(5000) };
    await server.fetch('/api/v1/key', { as: raw, headers });
    const { items } = await usageOf(server, id);
    expect(items).toMatchObject([{ user_agent: 'a'.repeat(200) }]);
  });

  test('a call over the limit is counted as such, also where nginx is told 403, and uses no scope', async () => {
    await using server = await startServerOn(kind, { now: testClock().now });
    const { id, raw } = await issueKey(server, { rate_limit: { limit: 1, window_seconds: 3600 } });
    const statuses = [];
    for (const path of ['/auth/verify', '/api/v1/repos', '/auth/verify?proxy=nginx']) {
      statuses.push((await server.fetch(path, { as: raw })).status);
    }
    expect(statuses).toEqual([200, 429, 403]);
    const { hourly } = await usageOf(server, id);
    expect(hourly.map(({ outcome, count }) => [outcome, count])).toEqual([
      ['rate_limited', 2],
      ['success', 1],
    ]);
    const path = `${settings}/${id}/unused-scopes`;
    const { body } = await answer(server.fetch(path, { as: 'parent-admin' }));
    expect(body.used).toEqual([]);
  });
});
