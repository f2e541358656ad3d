import { expect, test } from 'vitest';
import { execute } from '../../../server/operations/execute.ts';
import { setOrganizationTier } from '../../../server/operations/organizations/set-tier.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { databaseKinds, startServerOn } from '../../support/server.ts';
import { absent, extra } from './faulty-input.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';

for (const kind of databaseKinds) {
  test(`one thing is done to many keys on ${kind}, and what fails says why`, async () => {
    await using server = await startServerOn(kind);
    const bulk = (json: object, who: string = as) =>
      answer(server.fetch(`${keys}/bulk`, { as: who, json }));
    const status = async (raw: string) => (await server.fetch('/api/v1/key', { as: raw })).status;
    const [one, two, three] = [
      await issueKey(server),
      await issueKey(server),
      await issueKey(server),
    ];
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    const foreign = (await answer(server.fetch(keys, { as: gina, json: { label: 'x' } }))).body.key
      .id;
    const notFound = 'API key not found';

    const all = [one.id, foreign, two.id, one.id, 'key_x'];
    const unknown = [foreign, 'key_x'].map((id) => ({ id, detail: notFound }));
    expect(await bulk({ ids: all, action: 'disable' })).toEqual({
      status: 200,
      body: { done: [one.id, two.id], failed: unknown },
    });
    expect([await status(one.raw), await status(two.raw), await status(three.raw)]).toEqual([
      401, 401, 200,
    ]);
    expect((await bulk({ ids: all, action: 'enable' })).body.done).toEqual([one.id, two.id]);
    expect(await status(one.raw)).toBe(200);

    const account = await answer(
      server.fetch('/api/v1/settings/service-accounts', {
        as,
        json: { name: 'Bot', role: 'viewer' },
      }),
    );
    const { id: serviceAccountId } = account.body;
    const handed = { ids: [one.id], action: 'hand_over', service_account_id: serviceAccountId };
    expect((await bulk(handed)).body.done).toEqual([one.id]);
    const owner = async () => (await answer(server.fetch(`${keys}/${one.id}`, { as }))).body.owner;
    expect(await owner()).toEqual({ kind: 'service_account', id: serviceAccountId, name: 'Bot' });
    expect((await bulk({ ...handed, service_account_id: 'sa_x' })).body.failed).toEqual([
      { id: one.id, detail: 'not an active service account of your organization' },
    ]);
    expect((await bulk({ ids: [one.id], action: 'take_over' })).body.done).toEqual([one.id]);
    expect(await owner()).toMatchObject({ kind: 'member', id: 'user_demo_parent_admin' });

    const revoked = await bulk({ ids: [one.id, two.id], action: 'revoke', reason: 'leaver' });
    expect(revoked.body).toEqual({ done: [one.id, two.id], failed: [] });
    expect([await status(one.raw), await status(two.raw)]).toEqual([401, 401]);
    const again = await bulk({ ids: [one.id], action: 'revoke' });
    expect(again).toEqual({
      status: 200,
      body: { done: [], failed: [{ id: one.id, detail: notFound }] },
    });
    const { body } = await answer(server.fetch(`${keys}/${one.id}`, { as }));
    expect(body).toMatchObject({ status: 'revoked', revoked_reason: 'leaver' });
    const log = await answer(
      server.fetch(`/api/v1/settings/audit-log?target=${one.id}&action=apiKeys.revoke`, { as }),
    );
    expect(log.body.items).toMatchObject([
      { actor: { kind: 'user', id: 'user_demo_parent_admin' } },
    ]);
  });

  test(`a bulk call on ${kind} that does not fit is refused whole, and revoking needs no plan`, async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server);
    const bulk = (json: object) => answer(server.fetch(`${keys}/bulk`, { as, json }));
    const at = (name: string, rule: object) => ({
      status: 422,
      body: { detail: [{ loc: ['body', name], ...rule }] },
    });
    expect(await bulk({ ids: [id], action: 'hand_over' })).toEqual(
      at('service_account_id', absent),
    );
    const account = { ids: [id], action: 'disable', service_account_id: 'sa_x' };
    expect(await bulk(account)).toEqual(at('service_account_id', extra));
    expect(await bulk({ ids: [id], action: 'enable', reason: 'x' })).toEqual(at('reason', extra));
    for (const ids of [[], Array(201).fill(id)]) {
      expect((await bulk({ ids, action: 'revoke' })).status).toBe(422);
    }
    await execute(
      setOrganizationTier,
      server.services,
      {
        caller: { kind: 'operator', organizationId: 'org_demo_acme' },
        origin: { requestId: null, ipAddress: null },
      },
      () => ({ tier: 1 }),
    );
    expect(await bulk({ ids: [id], action: 'disable' })).toEqual({
      status: 403,
      body: { detail: 'API access is not available on your current plan' },
    });
    expect((await bulk({ ids: [id], action: 'revoke' })).body.done).toEqual([id]);
    expect((await server.fetch('/api/v1/key', { as: raw })).status).toBe(401);
  });
}
