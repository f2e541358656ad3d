import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { execute } from '../../../server/operations/execute.ts';
import { setOrganizationTier } from '../../../server/operations/organizations/set-tier.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn } from '../../support/server.ts';

const settings = '/api/v1/settings';

onBothDatabases((kind) => {
  test('a rotation whose body comes after another rotation replaces nothing', async () => {
    await using server = await startServerOn(kind);
    const { id } = await issueKey(server);
    const path = `${settings}/api-keys/${id}/rotate`;
    const slow = request(server.url + path, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${server.token('parent-admin')}`,
        'Content-Type': 'application/json',
        'Content-Length': '2',
      },
    });
    slow.write('{');
    // Three whole requests later the first one has long been let in, and waits for its body.
    for (let others = 0; others < 3; others++) {
      await server.fetch(`${settings}/session`, { as: 'parent-admin' });
    }
    const fast = await server.fetch(path, { as: 'parent-admin', method: 'POST' });
    expect(fast.status).toBe(200);
    const { raw_key: second } = (await fast.json()) as { raw_key: string };
    const answered = once(slow, 'response');
    slow.end('}');
    const [response] = await answered;
    response.resume();
    expect(response.statusCode).toBe(409);
    expect((await server.fetch('/api/v1/key', { as: second })).status).toBe(200);
  });

  test('a role that was taken away while a body was on its way creates nothing', async () => {
    await using server = await startServerOn(kind);
    const slow = request(`${server.url}${settings}/api-keys`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${server.token('parent-admin')}`,
        'Content-Type': 'application/json',
        'Content-Length': '13',
      },
    });
    slow.write('{');
    // Three whole requests later the slow one has long been let in.
    for (let others = 0; others < 3; others++) {
      await server.fetch(`${settings}/session`, { as: 'parent-admin' });
    }
    await server.database.transaction((em) => em.execute("update membership set role = 'member'"));
    const answered = once(slow, 'response');
    slow.end('"label":"x"}');
    const [response] = await answered;
    response.resume();
    expect(response.statusCode).toBe(403);
    expect(await server.database.read().execute('select id from api_key')).toEqual([]);
  });

  test('every answer of management waits until what it tells holds everywhere', async () => {
    let waits = 0;
    await using server = await startServerOn(kind, {
      propagated: async () => {
        waits += 1;
      },
    });
    const { id, raw } = await issueKey(server);
    const as = 'parent-admin';
    const calls = [
      () => server.fetch(`${settings}/api-keys/${id}`, { as }),
      () => server.fetch(`${settings}/api-keys?status=revoked`, { as }),
      () => server.fetch(`${settings}/api-keys`, { as, json: { label: 'x', sub_org_id: 999 } }),
      () => server.fetch(`${settings}/sub-orgs/999`, { as, method: 'PATCH', json: { name: 'x' } }),
      () => server.fetch(`${settings}/session`, { as: 'outsider' }),
    ];
    for (const call of calls) {
      const before = waits;
      await call();
      expect(waits).toBeGreaterThan(before);
    }
    const before = waits;
    await server.fetch('/api/v1/repos', { as: raw });
    await server.fetch(`${settings}/session`, { as: 'JUNK_TOKEN' });
    expect(waits).toBe(before);
  });

  test('submissions of one key never keep its organization’s tier from being changed', async () => {
    await using server = await startServerOn(kind);
    const { raw } = await issueKey(server, { sub_org_id: 1 });
    const submit = (number: number) =>
      server.fetch('/api/v1/repos/analyze', {
        as: raw,
        json: { url: `https://git.invalid/acme/${number % 3}` },
      });
    const setTier = () =>
      execute(
        setOrganizationTier,
        server.services,
        {
          caller: { kind: 'operator', organizationId: 'org_demo_acme' },
          origin: { requestId: null, ipAddress: null },
        },
        () => ({ tier: 3 }),
      );
    const outcomes = await Promise.all([
      ...Array.from({ length: 24 }, async (_, number) => (await submit(number)).status),
      ...Array.from({ length: 8 }, () => setTier().then(({ tier }) => tier)),
    ]);
    expect(outcomes).toEqual([...Array(24).fill(202), ...Array(8).fill(3)]);
  });

  test('a key that may poll nothing is told nothing about jobs, and spends nothing', async () => {
    await using server = await startServerOn(kind);
    const { raw } = await issueKey(server, {
      scopes: [],
      rate_limit: { limit: 1, window_seconds: 60 },
    });
    for (let time = 0; time < 3; time++) {
      expect((await server.fetch('/api/v1/jobs/job_x', { as: raw })).status).toBe(403);
    }
  });

  test('times and boundaries beyond what can be stored or parsed are refused', async () => {
    await using server = await startServerOn(kind);
    const as = 'parent-admin';
    const since = encodeURIComponent('0000-01-01T00:00:00+14:00');
    expect((await server.fetch(`${settings}/audit-log?from=${since}`, { as })).status).toBe(422);
    for (const type of [
      'multipart/form-data; a=b',
      `multipart/form-data; boundary=${'b'.repeat(300)}`,
    ]) {
      const headers = { 'Content-Type': type };
      const sent = { as, method: 'POST', body: 'x', headers };
      expect((await server.fetch('/api/v1/extensions/upload', sent)).status).toBe(415);
    }
  });
});
