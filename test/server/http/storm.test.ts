import { expect, test } from 'vitest';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn } from '../../support/server.ts';
import { github } from '../leaks/github.ts';

const settings = '/api/v1/settings';
const as = 'parent-admin';

onBothDatabases((kind) => {
  test('a secret that is reported while it is rotated works no longer, whichever comes first', async () => {
    await using server = await startServerOn(kind, { coherent: true });
    for (let round = 0; round < 6; round++) {
      const { id, raw } = await issueKey(server);
      const rotation = { as, json: { grace_seconds: 3600 } };
      const report = { json: { token: raw } };
      const [rotated, reported] = await Promise.all([
        answer(server.fetch(`${settings}/api-keys/${id}/rotate`, rotation)),
        answer(server.fetch('/api/v1/leaks/report', report)),
      ]);
      expect(reported.status).toBe(202);
      expect([200, 409]).toContain(rotated.status);
      expect((await server.fetch('/api/v1/key', { as: raw })).status).toBe(401);
    }
  });

  test('whatever is done at once ends, without a fault, in a state that fits together', async () => {
    const hub = github();
    await using server = await startServerOn(kind, {
      coherent: true,
      leaks: { githubKeys: hub.keys },
    });
    const { mobile } = await demoIds(server);
    const make = async (path: string, json: object) =>
      (await answer(server.fetch(`${settings}/${path}`, { as, json }))).body.id as string;
    const account = await make('service-accounts', { name: 'Bot', role: 'engineer' });
    const hook = await make('webhooks', { url: 'https://hooks.example/keys' });
    const keys = [];
    for (let count = 0; count < 12; count++) {
      keys.push(await issueKey(server, count % 2 ? { sub_org_id: mobile } : {}));
    }
    const send = (method: string, path: string, json?: object) =>
      server.fetch(`${settings}/${path}`, { as, method, ...(json && { json }) });
    const found = keys.map(({ raw: token }) => ({ token, type: 'key', url: 'https://x.example' }));
    const leak = (reversed: boolean) =>
      server.fetch('/api/v1/leaks/github', hub.call(reversed ? found.toReversed() : found));
    const storm = keys.flatMap(({ id, raw }, index) => [
      send('PATCH', `api-keys/${id}`, { service_account_id: account, label: `n${index}` }),
      send('POST', `api-keys/${id}/rotate`, { grace_seconds: index % 3 ? 60 : 0 }),
      send('POST', `api-keys/${id}/end-grace`),
      send('POST', 'api-keys', { label: 'late', sub_org_id: mobile }),
      server.fetch('/api/v1/repos', { as: raw }),
      ...(index % 3 === 0 ? [leak(index % 2 === 0)] : []),
      ...(index % 4 === 0 ? [send('DELETE', `api-keys/${id}`)] : []),
      ...(index === 5 ? [send('POST', `sub-orgs/${mobile}/archive`)] : []),
      ...(index === 6 ? [send('PATCH', `webhooks/${hook}`, { rotate_secret: true })] : []),
      ...(index === 7 ? [send('PATCH', `service-accounts/${account}`, { role: 'viewer' })] : []),
      ...(index === 8 ? [send('POST', 'api-keys/revoke-all', { confirm: 12 })] : []),
      ...(index === 9 ? [send('PATCH', `webhooks/${hook}`, { is_active: false })] : []),
    ]);
    const statuses = (await Promise.all(storm)).map(({ status }) => status);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);

    const em = server.database.read();
    for (const { id, raw } of keys) {
      // Every first secret leaked, so none of them works; and each key has one current secret.
      expect((await server.fetch('/api/v1/key', { as: raw })).status).toBe(401);
      expect(await em.count(ApiKeySecret, { keyId: id, retiresAt: null })).toBe(1);
    }
    const inSubOrg = await answer(send('GET', `api-keys?sub_org_id=${mobile}&limit=100`));
    const revoked = inSubOrg.body.items.map((key: { status: string }) => key.status);
    expect(new Set(revoked)).toEqual(new Set(['revoked']));
    expect(await server.database.auditLog.verify(em, null)).toMatchObject({ fault: null });
  });
});
