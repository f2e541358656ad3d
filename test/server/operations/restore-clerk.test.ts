import { expect, test } from 'vitest';
import { applyMembership, applyUserDeleted } from '../../../server/clerk/apply-membership.ts';
import { clerkTime, type MembershipChange } from '../../../server/clerk/clerk-change.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { type DatabaseKind, onBothDatabases } from '../../support/server.ts';
import { record, startRestored } from './restored.ts';

const acme = 'org_demo_acme';
const settings = '/api/v1/settings';
const as = 'parent-admin';
const userId = 'user_gone';

/** An admin with a key, as of a backup. */
async function startWithAdmin(kind: DatabaseKind) {
  const it = await startRestored(kind);
  const { server, database, clock } = it;
  const now = new Date(clock.now());
  const key = await issueKey(
    server,
    {},
    server.session({ user: userId, organization: acme, role: 'admin' }),
  );
  const early = await it.backup();
  return Object.assign(it, {
    early,
    /** Applies Clerk's event, `seconds` later. */
    hear: (seconds: number, role: 'admin' | 'member', active: boolean) => {
      const at = clerkTime(clock.now() + seconds * 1000);
      const change: MembershipChange = { clerkOrgId: acme, userId, role, active, at };
      return database.transaction((em) => applyMembership(em, change, { now }));
    },
    deleteUser: () => database.transaction((em) => applyUserDeleted(em, { id: userId }, { now })),
    async status() {
      await server.propagated();
      return (await server.fetch('/api/v1/key', { as: key.raw })).status;
    },
    member: () => database.read().findOneOrFail(Membership, { userId, clerkOrgId: acme }),
  });
}

onBothDatabases((kind) => {
  test('a member whom Clerk removed, and a user whom it deleted then, get no key back', async () => {
    for (const isDeleted of [false, true]) {
      await using it = await startWithAdmin(kind);
      await it.hear(5, 'admin', false);
      if (isDeleted) await it.deleteUser();
      let journal = await it.journal();
      for (const _ of ['the first', 'a second']) {
        await it.early.restore();
        expect(await it.status()).toBe(200);
        await it.accept(journal);
        journal = await it.journal();
        expect(await it.status()).toBe(403);
        // An older token does not restore it, Clerk's later event does.
        await it.hear(4, 'admin', true);
        expect(await it.member()).toMatchObject({ active: false });
      }
      await it.hear(6, 'admin', true);
      expect(await it.member()).toMatchObject({ active: !isDeleted });
    }
  });

  test('a demotion is done once more, unless Clerk has said something later; what was given is not', async () => {
    await using it = await startWithAdmin(kind);
    await it.hear(5, 'member', true);
    const demoted = await it.journal();
    await it.hear(6, 'admin', true);
    const promoted = await it.journal();
    await it.early.restore();
    await it.accept(demoted);
    expect(await it.member()).toMatchObject({ active: true, role: 'member' });
    await it.early.restore();
    const { lost } = await it.accept(promoted);
    expect(await it.member()).toMatchObject({ active: true, role: 'member' });
    expect(lost).toMatchObject([{ action: 'clerk.membership', target: userId }]);
    await it.early.restore();
    await it.hear(7, 'admin', true);
    expect(await it.accept(demoted)).toMatchObject({ lost: [] });
    expect(await it.member()).toMatchObject({ active: true, role: 'admin' });
  });

  test('a demotion that names no Clerk organization, as before this version, is told', async () => {
    await using it = await startWithAdmin(kind);
    const role = { before: 'admin', after: null };
    const deed = { action: 'clerk.membership', orgId: acme, target: userId };
    await record(it, { ...deed, changes: { role } });
    const journal = await it.journal();
    await it.early.restore();
    expect((await it.accept(journal)).lost).toMatchObject([
      { target: userId, advice: expect.stringContaining('revoke the keys of user_gone') },
    ]);
  });

  test.each([
    ['removed', 'before Clerk names its parent again'],
    ['removed', 'after it'],
    ['archived', 'before Clerk names its parent again'],
    ['archived', 'after it'],
  ])(
    'a sub-organization that Clerk made and that was %s stays so, accepted %s',
    async (end, when) => {
      await using it = await startRestored(kind);
      const { server, database } = it;
      let time = it.clock.now();
      const clerkId = 'org_c';
      const tell = () =>
        it.tell({ id: clerkId, name: 'C', tier: null, parentId: acme, at: clerkTime(time++) });
      const early = await it.backup();
      await tell();
      const { id } = await database.read().findOneOrFail(SubOrg, { clerkId });
      const path = `${settings}/sub-orgs/${id}`;
      expect((await server.fetch(`${path}/archive`, { as, json: {} })).ok).toBe(true);
      if (end === 'removed') await server.fetch(path, { as, method: 'DELETE' });
      let journal = await it.journal();
      for (const _ of ['the first', 'a second']) {
        await early.restore();
        if (when === 'after it') await tell();
        await it.accept(journal);
        journal = await it.journal();
        await tell();
        const linked = await database.read().find(SubOrg, { clerkId });
        expect(linked.map(({ archivedAt }) => archivedAt != null)).toEqual(
          end === 'removed' ? [] : [true],
        );
      }
    },
  );
});
