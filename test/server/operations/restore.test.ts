import { expect, test } from 'vitest';
import { applyMembership, applyUserDeleted } from '../../../server/clerk/apply-membership.ts';
import { applyOrganizationDeleted } from '../../../server/clerk/apply-organization.ts';
import { clerkTime } from '../../../server/clerk/clerk-change.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { DeletedUser } from '../../../server/database/entities/deleted-user.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { reappliedActions } from '../../../server/operations/restore/reapply.ts';
import { issueKey, revokeKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { github } from '../leaks/github.ts';
import { startRestored } from './restored.ts';

const settings = '/api/v1/settings';
const as = 'parent-admin';
const acme = 'org_demo_acme';

type Restored = Awaited<ReturnType<typeof startRestored>>;

/** Everything that can be revoked for good. */
async function standing({ database }: Restored) {
  const em = database.read();
  const keys = await em.find(ApiKey, {}, { orderBy: { id: 'asc' } });
  const subOrgs = await em.find(SubOrg, {}, { orderBy: { id: 'asc' } });
  const organizations = await em.find(Organization, {}, { orderBy: { id: 'asc' } });
  const deleted = await em.find(DeletedUser, {});
  const members = await em.find(Membership, { active: true }, { orderBy: { userId: 'asc' } });
  return {
    keys: keys.map(({ id, revokedAt, revokedReason: reason }) => ({
      ...{ id, isRevoked: revokedAt != null, reason },
    })),
    subOrgs: subOrgs.map(({ id, archivedAt, removedAt, clerkId, formerClerkId, linkMac }) => ({
      ...{ id, isArchived: archivedAt != null, isRemoved: removedAt != null },
      ...{ clerkId, formerClerkId, linkMac },
    })),
    organizations: organizations.map(({ id, deletedAt, tier }) => [id, deletedAt != null, tier]),
    users: deleted.map(({ userId }) => userId),
    members: members.map(({ clerkOrgId, userId, role }) => [clerkOrgId, userId, role]),
  };
}

/** Why each key was revoked; null for a live one. */
async function reasons(it: Restored) {
  const { keys } = await standing(it);
  return new Map(keys.map(({ id, isRevoked, reason }) => [id, isRevoked ? reason : null]));
}

async function send(it: Restored, path: string, json: object | null, who: string = as) {
  const sent = json === null ? { method: 'DELETE' } : { json };
  const response = await it.server.fetch(settings + path, { as: who, ...sent });
  expect(response.ok).toBe(true);
}

/** Makes a key by a `repurai` key. */
async function makeByKey(it: Restored, by: string) {
  const headers = { 'x-api-key': by };
  const response = await it.server.fetch('/v1/api-keys', { headers, json: { name: 'Child' } });
  const { data } = (await response.json()) as { data: { id: string; rawKey: string } };
  return data;
}

onBothDatabases((kind) => {
  test('a key that is revoked again takes along what it made, also since the restore', async () => {
    await using it = await startRestored(kind, { dialects: ['repurai'] });
    const parent = await issueKey(it.server, { dialect: 'repurai' });
    const make = (by: string) => makeByKey(it, by);
    const before = await make(parent.raw);
    const gone = await make(parent.raw);
    const left = await make(gone.rawKey);
    const earlier = await it.backup();
    // By a key, only the one.
    await it.server.fetch(`/v1/api-keys/${gone.id}`, {
      ...{ method: 'DELETE', headers: { 'x-api-key': gone.rawKey } },
    });
    const journalOfOne = await it.journal();
    await revokeKey(it.server, before.id);
    await revokeKey(it.server, parent.id);
    const journal = await it.journal();
    await earlier.restore();
    await it.accept(journalOfOne);
    expect((await standing(it)).keys.filter(({ isRevoked }) => isRevoked)).toMatchObject([
      { id: gone.id },
    ]);
    await earlier.restore();
    const since = await make(parent.raw);
    await it.accept(journal);
    const revoked = (await standing(it)).keys.flatMap(({ id, isRevoked }) =>
      isRevoked ? [id] : [],
    );
    expect(revoked).toEqual(
      expect.arrayContaining([parent.id, before.id, gone.id, left.id, since.id]),
    );
  });

  test('all keys revoked once more take along what they made since the restore, and spare what newer keys made', async () => {
    await using it = await startRestored(kind, { dialects: ['repurai'] });
    const make = (by: string) => makeByKey(it, by);
    const old = await issueKey(it.server, { dialect: 'repurai' });
    const child = await make(old.raw);
    const earlier = await it.backup();
    await send(it, '/api-keys/revoke-all', { confirm: 2 });
    const journal = await it.journal();
    await earlier.restore();
    const since = await make(child.rawKey);
    const own = await issueKey(it.server, { dialect: 'repurai' });
    const ofOwn = await make(own.raw);
    await it.accept(journal);
    const why = await reasons(it);
    const taken = 'all keys revoked';
    expect([old, child, since].map(({ id }) => why.get(id))).toEqual([taken, taken, taken]);
    expect([own, ofOwn].map(({ id }) => why.get(id))).toEqual([null, null]);
  });

  test('whatever took a key away for good is done once more, after each restore, with its reason', async () => {
    const hub = github(() => 0);
    await using it = await startRestored(kind, { leaks: { githubKeys: hub.keys } });
    const { server, database } = it;
    const globex = server.session({
      ...{ user: 'user_globex', organization: 'org_demo_globex', role: 'admin' },
    });
    const [revoked, leaked, onGithub] = [
      await issueKey(server),
      await issueKey(server),
      await issueKey(server),
    ];
    await issueKey(server);
    await issueKey(server, {}, globex);
    const member = { clerkOrgId: acme, role: 'member' as const, active: true, asOf: new Date(0) };
    for (const userId of ['user_gone', 'user_out']) {
      await database.read().insert(Membership, { ...member, userId });
    }
    // Made by a process whose clock is ahead of the revoking processes.
    const ahead = new Date(it.clock.now() + 3_600_000);
    await database.read().nativeUpdate(ApiKey, {}, { createdAt: ahead });
    await database.read().nativeUpdate(SubOrg, {}, { createdAt: ahead });
    const early = await it.backup();

    await send(it, `/api-keys/${revoked.id}?reason=lost%20laptop`, null);
    const report = { json: { token: leaked.raw } };
    expect((await server.fetch('/api/v1/leaks/report', report)).status).toBe(202);
    const call = hub.call([{ token: onGithub.raw, type: 'reporisk_api_key', url: '' }]);
    expect((await server.fetch('/api/v1/leaks/github', { method: 'POST', ...call })).ok).toBe(true);
    await send(it, '/api-keys/revoke-all', { confirm: 1 }, globex);
    // Without a key: only the sub-organization is ended. The linked one is archived first.
    await send(it, '/sub-orgs/1/archive', {});
    await send(it, '/sub-orgs/2/archive', {});
    await send(it, '/sub-orgs/2', null);
    const now = new Date(it.clock.now());
    const context = { now, rowMacs: database.rowMacs };
    await database.transaction((em) =>
      applyOrganizationDeleted(em, { id: 'org_demo_initech' }, context),
    );
    await database.transaction((em) => applyUserDeleted(em, { id: 'user_gone' }, context));
    const out = { ...member, userId: 'user_out', active: false, at: clerkTime(1) };
    await database.transaction((em) => applyMembership(em, out, context));
    const lost = await standing(it);

    for (const _ of ['the first', 'a second', 'a third']) {
      const journal = await it.journal();
      await early.restore();
      expect(await standing(it)).not.toEqual(lost);
      expect(await it.accept(journal)).toMatchObject({ revokedKeys: 4 });
      expect(await standing(it)).toEqual(lost);
    }
    const rows = await database.read().find(AuditEvent, { action: 'restore.accept' });
    const done = new Set(rows.flatMap(({ changes }) => changes?.action ?? []));
    expect([...done].sort()).toEqual([...reappliedActions].sort());
    // That decision holds: Clerk's next event does not link it again.
    const parent = { tier: null, parentId: acme, at: clerkTime(it.clock.now()) };
    await it.tell({ id: 'org_demo_acme_mobile', name: 'Mobile', ...parent });
    expect(await standing(it)).toMatchObject({ subOrgs: lost.subOrgs });
    expect(await database.auditLog.verify(database.read(), null)).toMatchObject({ fault: null });
  });

  test('a sub-organization that Clerk made since keeps what was lost of another with its id; one that it linked again does not', async () => {
    await using it = await startRestored(kind);
    const { database } = it;
    let time = it.clock.now();
    const tell = (id: string, parentId: string | null) =>
      it.tell({ id, name: id, tier: null, parentId, at: clerkTime(time++) });
    const idOf = async (clerkId: string) =>
      (await database.read().findOneOrFail(SubOrg, { clerkId })).id;
    await tell('org_former', acme);
    const former = await idOf('org_former');
    await tell('org_former', null);
    const early = await it.backup();
    await tell('org_lost', acme);
    const id = await idOf('org_lost');
    await send(it, `/sub-orgs/${id}/archive`, {});
    await send(it, `/sub-orgs/${id}`, null);
    await send(it, `/sub-orgs/${former}/archive`, {});
    const journal = await it.journal();
    // SQLite's backup has its sequences.
    const sequence = `select setval(pg_get_serial_sequence('sub_org', 'id'), ${former})`;
    await early.restore(...(kind === 'sqlite' ? [] : [sequence]));
    await tell('org_since', acme);
    expect(await idOf('org_since')).toBe(id);
    await tell('org_former', acme);
    await it.accept(journal);
    const since = { id, clerkId: 'org_since', isArchived: false, isRemoved: false };
    const again = { id: former, clerkId: 'org_former', isArchived: true, isRemoved: false };
    // The row keeps the removed link: the organization is not linked again.
    const lost = { clerkId: null, formerClerkId: 'org_lost', isArchived: true, isRemoved: true };
    expect((await standing(it)).subOrgs.slice(-3)).toMatchObject([again, since, lost]);
  });

  test('a restore is accepted only while its own declaration stands, so that each loss has its lease', async () => {
    await using it = await startRestored(kind);
    await it.declare();
    const early = await it.backup();
    const declared = await it.declare();
    await early.restore();
    await expect(it.accept(null, declared)).rejects.toThrow(/^The database was restored once more/);
    const again = await it.declare();
    await expect(it.accept(null, declared)).rejects.toThrow(/^The database was restored once more/);
    expect(await it.accept(null, again)).toMatchObject({ revokedKeys: 0, lost: [] });
    await expect(it.accept(null, again)).rejects.toThrow(/^The database was restored once more/);
  });

  test('what was made since may be more than a statement takes parameters', async () => {
    await using it = await startRestored(kind);
    const { server, database } = it;
    const { id } = await issueKey(server);
    const early = await it.backup();
    await send(it, '/api-keys/revoke-all', { confirm: 1 });
    const journal = await it.journal();
    await early.restore();
    const since = await issueKey(server);
    // Behind every row that is still to be written.
    await database.read().execute(
      `insert into audit_event (id, seq, org_id, at, actor, action, target, mac)
       with recursive n (i) as (select 1 union all select i + 1 from n where i < 70000)
       select 'evt_' || i, 1000000 + i, '${acme}', ${kind === 'sqlite' ? '0' : 'now()'},
         'user:user_a', 'apiKeys.create', 'key_' || i, '' from n`,
    );
    expect(await it.accept(journal)).toMatchObject({ revokedKeys: 1 });
    const keys = new Map([
      [id, 'all keys revoked'],
      [since.id, null],
    ]);
    expect(await reasons(it)).toEqual(keys);
  });

  test('a journal is done once more in its order: what was made between two losses is not taken', async () => {
    await using it = await startRestored(kind);
    const { server } = it;
    const { id } = await issueKey(server);
    const early = await it.backup();
    await send(it, '/api-keys/revoke-all', { confirm: 1 });
    const first = await it.journal();
    await early.restore();
    const between = await issueKey(server);
    const later = await it.backup();
    const after = await issueKey(server);
    await it.accept(first);
    await revokeKey(server, after.id);
    const second = await it.journal();
    await later.restore();
    expect(await it.accept(second)).toMatchObject({ revokedKeys: 1 });
    const keys = new Map([
      [id, 'all keys revoked'],
      [between.id, null],
    ]);
    expect(await reasons(it)).toEqual(keys);
  });
});
