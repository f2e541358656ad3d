import { describe, expect, test } from 'vitest';
import { applyMembership, applyUserDeleted } from '../../../server/clerk/apply-membership.ts';
import { clerkTime } from '../../../server/clerk/clerk-change.ts';
import { membershipOf, presentMembership } from '../../../server/clerk/membership.ts';
import type { Database } from '../../../server/database/database.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import type { Session } from '../../../server/sessions/session.ts';
import { databaseKinds } from '../../support/server.ts';
import { insertOrganization, insertSubOrg, testDatabase } from '../sessions/databases.ts';
import { testTime } from '../sessions/tokens.ts';

const second = 1_000;

function session(changes: Partial<Session> = {}): Session {
  return {
    userId: 'user_ada',
    sessionId: 'sess_1',
    organizationId: 'org_acme',
    role: 'admin',
    impersonatedBy: null,
    issuedAt: new Date(testTime),
    expiresAt: new Date(testTime + 60_000),
    ...changes,
  };
}

const issued = (offset: number, role: 'admin' | 'member' = 'admin') =>
  session({ role, issuedAt: new Date(testTime + offset) });

/** A webhook about the membership. */
function told(database: Database, offset: number, role: 'admin' | 'member', active = true) {
  const at = clerkTime(testTime + offset);
  const change = { clerkOrgId: 'org_acme', userId: 'user_ada', role, active, at };
  return database.transaction((em) => applyMembership(em, change, { now: at }));
}

const present = (database: Database, of: Session) =>
  presentMembership(database, of, () => testTime);

describe.each(databaseKinds)('on %s', (kind) => {
  async function customer() {
    const opened = await testDatabase(kind);
    await insertOrganization(opened.database, { id: 'org_acme', tier: 3 });
    return opened;
  }

  test('presentMembership() of a parent org’s admin', async () => {
    await using opened = await customer();
    const organization = { id: 'org_acme', name: 'Acme', tier: 3 };
    const expected = { kind: 'parent', organization, role: 'admin', readAt: expect.any(Number) };
    expect(await present(opened.database, session())).toEqual(expected);
    expect(await membershipOf(opened.database.read(), opened.database.rowMacs, session())).toEqual(
      expected,
    );
  });

  test('presentMembership() of a sub-org’s member names the parent', async () => {
    await using opened = await customer();
    const { database } = opened;
    const id = await insertSubOrg(database, { orgId: 'org_acme', clerkId: 'org_mobile' });
    const of = session({ organizationId: 'org_mobile', role: 'member' });
    expect(await present(database, of)).toEqual({
      kind: 'sub-org',
      organization: { id: 'org_acme', name: 'Acme', tier: 3 },
      subOrg: { id, name: 'Mobile' },
      role: 'member',
    });
  });

  test('presentMembership() is none where there is nothing to be a member of', async () => {
    await using opened = await customer();
    const { database } = opened;
    const at = new Date(testTime);
    await insertOrganization(database, { id: 'org_untiered' });
    await insertOrganization(database, { id: 'org_deleted', deletedAt: at });
    await insertSubOrg(database, { orgId: 'org_acme', clerkId: 'org_archived', archivedAt: at });
    await insertSubOrg(database, { orgId: 'org_acme', clerkId: 'org_removed', removedAt: at });
    await insertSubOrg(database, { orgId: 'org_untiered', clerkId: 'org_of_nobody' });
    const ids = ['org_unknown', 'org_untiered', 'org_deleted', 'org_archived', 'org_removed'];
    for (const organizationId of [...ids, 'org_of_nobody']) {
      expect(await present(database, session({ organizationId }))).toEqual({ kind: 'none' });
    }
    const nowhere = session({ organizationId: null, role: null });
    expect(await present(database, nowhere)).toEqual({ kind: 'none' });
  });

  test('presentMembership() writes nothing for an unknown organization', async () => {
    await using opened = await customer();
    await present(opened.database, session({ organizationId: 'org_unknown' }));
    expect(await opened.database.read().count(Membership)).toBe(0);
  });

  test('presentMembership() records a token once, and audits only what changed', async () => {
    await using opened = await customer();
    const { database } = opened;
    await present(database, issued(0));
    await present(database, issued(0));
    await present(database, issued(5 * second));
    await present(database, issued(3 * second, 'member'));
    const em = database.read();
    expect(await em.find(Membership, {})).toMatchObject([
      { role: 'admin', active: true, asOf: new Date(testTime + 5 * second) },
    ]);
    expect(await em.find(AuditEvent, {})).toMatchObject([
      { orgId: 'org_acme', actor: 'clerk', action: 'clerk.membership', target: 'user_ada' },
    ]);
  });

  test('presentMembership() counts a role taken away at once, though the token says otherwise', async () => {
    await using opened = await customer();
    const { database } = opened;
    await present(database, issued(0));
    await told(database, 500, 'member');
    expect(await present(database, issued(0))).toMatchObject({ role: 'member' });
    expect(await membershipOf(database.read(), database.rowMacs, issued(0))).toMatchObject({
      role: 'member',
    });
  });

  test('presentMembership() counts an ended membership at once, until a newer token', async () => {
    await using opened = await customer();
    const { database } = opened;
    await present(database, issued(0));
    await told(database, 500, 'admin', false);
    expect(await present(database, issued(0))).toEqual({ kind: 'none' });
    expect(await membershipOf(database.read(), database.rowMacs, issued(0))).toEqual({
      kind: 'none',
    });
    // A member who was added again has a newer one.
    expect(await present(database, issued(second))).toMatchObject({ role: 'admin' });
  });

  test('presentMembership() of a newer token overrules an older webhook, also one that is late', async () => {
    await using opened = await customer();
    const { database } = opened;
    await told(database, 0, 'admin');
    expect(await present(database, issued(second, 'member'))).toMatchObject({ role: 'member' });
    await told(database, 500, 'admin');
    expect(await present(database, issued(second, 'member'))).toMatchObject({ role: 'member' });
  });

  test('presentMembership() of two tokens of the same second gives the lesser role', async () => {
    await using opened = await customer();
    const { database } = opened;
    await present(database, issued(0, 'admin'));
    expect(await present(database, issued(0, 'member'))).toMatchObject({ role: 'member' });
    expect(await present(database, issued(0, 'admin'))).toMatchObject({ role: 'member' });
  });

  test('presentMembership() is none for a deleted user, whatever comes later', async () => {
    await using opened = await customer();
    const { database } = opened;
    const now = new Date(testTime);
    await database.transaction((em) => applyUserDeleted(em, { id: 'user_ada' }, { now }));
    expect(await present(database, issued(second))).toEqual({ kind: 'none' });
    await told(database, 2 * second, 'admin');
    expect(await present(database, issued(second))).toEqual({ kind: 'none' });
    expect(await database.read().count(Membership, { active: true })).toBe(0);
  });

  test('presentMembership() of many first requests at the same time records one membership', async () => {
    await using opened = await customer();
    const { database } = opened;
    const requests = Array.from({ length: 20 }, () => present(database, session()));
    const answers = await Promise.all(requests);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ kind: 'parent', role: 'admin' });
    expect(await database.read().count(Membership)).toBe(1);
  });

  test('applyUserDeleted() beside first memberships leaves none active', async () => {
    await using opened = await customer();
    const { database } = opened;
    const now = new Date(testTime);
    for (let round = 0; round < 10; round++) {
      const userId = `user_${round}`;
      await Promise.all([
        present(database, session({ userId })),
        database.transaction((em) => applyUserDeleted(em, { id: userId }, { now })),
      ]);
    }
    expect(await database.read().count(Membership, { active: true })).toBe(0);
  });
});
