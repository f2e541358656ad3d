import { expect, test } from 'vitest';
import { Membership } from '../../../server/database/entities/membership.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { answer, demoIds, issueKey, revokeKey } from '../../support/issued-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';
const day = 86_400_000;
const coherent = { coherent: true };

const invalid = { status: 401, body: { detail: 'Invalid API key' } };
const forbidden = { status: 403, body: { detail: 'Insufficient permissions' } };
const tier = { status: 403, body: { detail: 'API access requires a Tier 3 plan' } };

const read = (server: RunningServer, raw: string) =>
  answer(server.fetch('/api/v1/repos?limit=1', { as: raw }));

async function submit(server: RunningServer, raw: string) {
  const json = { url: 'https://git.invalid/acme-security/lifecycle' };
  return answer(server.fetch('/api/v1/repos/analyze', { as: raw, json }));
}

const change = (server: RunningServer, id: string, json: object) =>
  answer(server.fetch(`${keys}/${id}`, { as, method: 'PATCH', json }));

async function member(server: RunningServer, differences: Partial<Membership>) {
  await server.database.transaction((em) =>
    em.nativeUpdate(Membership, { userId: 'user_demo_parent_admin' }, differences),
  );
  await server.propagated();
}

async function setTier(server: RunningServer, value: number | null) {
  await server.database.transaction((em) =>
    em.nativeUpdate(Organization, { id: 'org_demo_acme' }, { tier: value }),
  );
  await server.propagated();
}

onBothDatabases((kind) => {
  test('apiKeys.revoke: the key is refused from the next request on, permanently', async () => {
    await using server = await startServerOn(kind, coherent);
    const { id, raw } = await issueKey(server);
    const path = `${keys}/${id}?reason=laptop%20lost`;
    expect((await read(server, raw)).status).toBe(200);
    expect(await answer(server.fetch(path, { as, method: 'DELETE' }))).toEqual({
      status: 204,
      body: null,
    });
    expect(await read(server, raw)).toEqual(invalid);
    const record = await answer(server.fetch(`${keys}/${id}`, { as }));
    expect(record.body).toMatchObject({
      status: 'revoked',
      is_active: false,
      revoked_at: expect.stringMatching(/^\d{4}-.*Z$/),
      revoked_reason: 'laptop lost',
    });
    const conflict = { status: 409, body: { detail: 'API key is revoked' } };
    expect(await change(server, id, { disabled: false })).toEqual(conflict);
    expect((await answer(server.fetch(`${keys}/${id}/rotate`, { as, json: {} }))).body).toEqual({
      detail: 'API key is expired or revoked',
    });
    expect(await read(server, raw)).toEqual(invalid);
  });

  test('apiKeys.revoke answers the same to an unknown, a foreign and a revoked key', async () => {
    await using server = await startServerOn(kind, coherent);
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    const own = await issueKey(server);
    const foreign = await issueKey(server, {}, gina);
    await revokeKey(server, own.id);
    const ids = [own.id, foreign.id, 'key_01ARYZ6S41TSV4RRFFQ69G5FAV', 'x', '%00', '..'];
    for (const id of ids.filter((each) => each !== '..')) {
      expect(await answer(server.fetch(`${keys}/${id}`, { as, method: 'DELETE' }))).toEqual({
        status: 404,
        body: { detail: 'API key not found' },
      });
    }
    expect((await read(server, foreign.raw)).status).toBe(200);
  });

  test('apiKeys.revokeAll revokes every live key of the organization, and only with their number', async () => {
    await using server = await startServerOn(kind, coherent);
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    const foreign = await issueKey(server, {}, gina);
    const issued = [];
    for (let count = 0; count < 3; count++) issued.push(await issueKey(server));
    const dead = await issueKey(server);
    await revokeKey(server, dead.id);
    const all = (confirm: unknown) =>
      answer(server.fetch(`${keys}/revoke-all`, { as, json: { confirm } }));
    expect(await all(4)).toMatchObject({ status: 409 });
    expect(await all(undefined)).toMatchObject({ status: 422 });
    for (const { raw } of issued) expect((await read(server, raw)).status).toBe(200);
    expect(await all(3)).toEqual({ status: 200, body: { revoked: 3 } });
    for (const { raw } of issued) expect(await read(server, raw)).toEqual(invalid);
    expect((await read(server, foreign.raw)).status).toBe(200);
    expect(await all(0)).toEqual({ status: 200, body: { revoked: 0 } });
  });

  test('apiKeys.revokeAll works on a lower plan, where the keys lie dormant', async () => {
    await using server = await startServerOn(kind, coherent);
    await issueKey(server);
    await setTier(server, 1);
    expect(await answer(server.fetch(`${keys}/status`, { as }))).toEqual({
      status: 200,
      body: {
        can_manage: false,
        reason: 'API access is not available on your current plan',
        tier: 1,
        active_keys: 0,
        dormant_keys: 1,
      },
    });
    const all = server.fetch(`${keys}/revoke-all`, { as, json: { confirm: 1 } });
    expect(await answer(all)).toEqual({ status: 200, body: { revoked: 1 } });
  });

  test.each(['archive', 'remove'] as const)(
    'subOrgs.%s revokes the keys of the sub-org, and no others',
    async (verb) => {
      await using server = await startServerOn(kind, coherent);
      const { mobile, payments } = await demoIds(server);
      const [one, two] = [
        await issueKey(server, { sub_org_id: mobile }),
        await issueKey(server, { sub_org_id: mobile }),
      ];
      const [other, wide] = [
        await issueKey(server, { sub_org_id: payments }),
        await issueKey(server),
      ];
      const path = `/api/v1/settings/sub-orgs/${mobile}`;
      const { status } =
        verb === 'archive'
          ? await server.fetch(`${path}/archive`, { as, method: 'POST' })
          : await server.fetch(path, { as, method: 'DELETE' });
      expect(status).toBe(verb === 'archive' ? 200 : 204);
      for (const { raw } of [one, two]) expect(await read(server, raw)).toEqual(invalid);
      for (const { raw } of [other, wide]) expect((await read(server, raw)).status).toBe(200);
      const record = await answer(server.fetch(`${keys}/${one.id}`, { as }));
      expect(record.body).toMatchObject({
        status: 'revoked',
        revoked_reason: `sub-organization ${verb}d`,
      });
      const again = { label: 'late', sub_org_id: mobile };
      expect((await server.fetch(keys, { as, json: again })).status).toBe(422);
      const session = await server.fetch('/api/v1/repos', { as: 'sub-org-admin' });
      expect(session.status).toBe(403);
    },
  );

  test('a key has its creator’s authority of the moment: admin, member, removed, back', async () => {
    await using server = await startServerOn(kind, coherent);
    const { raw } = await issueKey(server, { scopes: ['admin:*'] });
    expect((await submit(server, raw)).status).toBe(202);
    await member(server, { role: 'member' });
    expect((await read(server, raw)).status).toBe(200);
    expect(await submit(server, raw)).toEqual(forbidden);
    await member(server, { active: false });
    expect(await read(server, raw)).toEqual(forbidden);
    expect(await answer(server.fetch('/api/v1/key', { as: raw }))).toEqual(forbidden);
    expect(await answer(server.fetch('/auth/verify', { as: raw }))).toEqual(forbidden);
    await member(server, { role: 'admin', active: true });
    expect((await submit(server, raw)).status).toBe(202);
  });

  test('a key of a service account has the account’s role of the moment', async () => {
    await using server = await startServerOn(kind, coherent);
    const accounts = '/api/v1/settings/service-accounts';
    const made = server.fetch(accounts, { as, json: { name: 'Build bot', role: 'engineer' } });
    const { id } = (await answer(made)).body;
    const { raw, record } = await issueKey(server, { service_account_id: id });
    expect(record).toMatchObject({ service_account_id: id });
    const update = (json: object) =>
      server.fetch(`${accounts}/${id}`, { as, method: 'PATCH', json });
    expect((await submit(server, raw)).status).toBe(202);
    await update({ role: 'viewer' });
    expect((await read(server, raw)).status).toBe(200);
    expect(await submit(server, raw)).toEqual(forbidden);
    await update({ is_active: false });
    expect(await read(server, raw)).toEqual(forbidden);
    await update({ is_active: true, role: 'admin' });
    expect((await submit(server, raw)).status).toBe(202);
    // The creator's own role no longer matters.
    await member(server, { active: false });
    expect((await submit(server, raw)).status).toBe(202);
  });

  test('apiKeys.update takes a key over, to oneself only', async () => {
    await using server = await startServerOn(kind, coherent);
    const { id, raw } = await issueKey(server);
    await server.fetch('/api/v1/repos', { as });
    await member(server, { active: false });
    const other = server.session({
      user: 'user_otto',
      organization: 'org_demo_acme',
      role: 'admin',
    });
    const path = `${keys}/${id}`;
    const patch = (json: object) =>
      answer(server.fetch(path, { as: other, method: 'PATCH', json }));
    expect(await read(server, raw)).toEqual(forbidden);
    expect(await patch({ created_by: 'user_demo_parent_admin' })).toMatchObject({ status: 422 });
    expect(await patch({ created_by: 'user_otto' })).toMatchObject({
      status: 200,
      body: { created_by: 'user_otto' },
    });
    expect((await submit(server, raw)).status).toBe(202);
  });

  test('a tier drop makes every key answer 403, until the tier returns', async () => {
    await using server = await startServerOn(kind, coherent);
    const { raw } = await issueKey(server);
    for (const lower of [2, 1, null]) {
      await setTier(server, lower);
      expect(await read(server, raw)).toEqual(tier);
      expect(await answer(server.fetch('/api/v1/key', { as: raw }))).toEqual(tier);
    }
    await setTier(server, 3);
    expect((await read(server, raw)).status).toBe(200);
  });

  test('a key works before its expiry to the millisecond, and never at it', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { ...coherent, now: clock.now });
    const { id, raw, record } = await issueKey(server, { expires_in_days: 2 });
    expect(record.expires_at).toBe(new Date(clock.now() + 2 * day).toISOString());
    clock.advance(2 * day - 1);
    expect((await read(server, raw)).status).toBe(200);
    clock.advance(1);
    expect(await read(server, raw)).toEqual(invalid);
    const found = await answer(server.fetch(`${keys}/${id}`, { as }));
    expect(found.body).toMatchObject({ status: 'expired', is_active: false, revoked_at: null });
    const rotated = await answer(server.fetch(`${keys}/${id}/rotate`, { as, json: {} }));
    expect(rotated).toEqual({ status: 409, body: { detail: 'API key is expired or revoked' } });
  });

  test('disabled and enabled again take effect at once', async () => {
    await using server = await startServerOn(kind, coherent);
    const { id, raw } = await issueKey(server);
    for (const disabled of [true, false, true]) {
      const { body } = await change(server, id, { disabled });
      expect(body).toMatchObject({
        status: disabled ? 'disabled' : 'active',
        is_active: !disabled,
      });
      expect((await read(server, raw)).status).toBe(disabled ? 401 : 200);
    }
  });

  test('scopes and the allow list taken away take effect at once', async () => {
    await using server = await startServerOn(kind, coherent);
    const { id, raw } = await issueKey(server);
    await change(server, id, { scopes: ['repos:read'] });
    expect((await read(server, raw)).status).toBe(200);
    expect(await submit(server, raw)).toEqual(forbidden);
    await change(server, id, { scopes: [] });
    expect(await read(server, raw)).toEqual(forbidden);
    expect((await server.fetch('/api/v1/key', { as: raw })).status).toBe(200);
    await change(server, id, { scopes: null, ip_allow_list: ['10.0.0.0/8'] });
    expect(await read(server, raw)).toEqual({
      status: 403,
      body: { detail: "Access denied: address is not on the API key's allow list" },
    });
    await change(server, id, { ip_allow_list: null });
    expect((await submit(server, raw)).status).toBe(202);
  });
});
