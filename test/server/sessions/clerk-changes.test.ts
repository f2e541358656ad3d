import { describe, expect, test } from 'vitest';
import { membershipOf } from '../../../server/clerk/membership.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { DeletedUser } from '../../../server/database/entities/deleted-user.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { databaseKinds } from '../../support/server.ts';
import {
  insertKey,
  insertOrganization,
  insertSubOrg,
  liveKeys,
  removeSubOrgs,
} from './databases.ts';
import { testTime } from './tokens.ts';
import { startWebhooks } from './webhook-app.ts';
import { deletedEvent, membershipEvent, organizationEvent } from './webhook-events.ts';

describe.each(databaseKinds)('on %s', (kind) => {
  test('organization.created records name and tier', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(organizationEvent('org_acme', { tier: 3 }, { type: 'organization.created' }));
    const row = { name: 'Acme', tier: 3, clerkTier: 3, tierPinned: false };
    expect(await app.organization('org_acme')).toMatchObject(row);
  });

  test('organization.updated changes name and tier, and audits before and after', async () => {
    await using app = await startWebhooks(kind);
    await insertOrganization(app.database, { id: 'org_acme', tier: 3 });
    await app.tell(organizationEvent('org_acme', { tier: 1 }, { name: 'Acme Inc' }));
    expect(await app.organization('org_acme')).toMatchObject({ name: 'Acme Inc', tier: 1 });
    expect(await app.database.read().find(AuditEvent, {})).toMatchObject([
      {
        orgId: 'org_acme',
        actor: 'clerk',
        action: 'clerk.organization',
        target: 'org_acme',
        changes: {
          name: { before: 'Acme', after: 'Acme Inc' },
          tier: { before: 3, after: 1 },
        },
      },
    ]);
  });

  test('organization.updated keeps a pinned tier and remembers Clerk’s', async () => {
    await using app = await startWebhooks(kind);
    await insertOrganization(app.database, { id: 'org_acme', tier: 3, tierPinned: true });
    await app.tell(organizationEvent('org_acme', { tier: 1 }));
    expect(await app.organization('org_acme')).toMatchObject({ tier: 3, clerkTier: 1 });
  });

  test('organization.updated without parent_org_id unlinks, and the sub-org stays', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(organizationEvent('org_acme', { tier: 3 }));
    await app.tell(organizationEvent('org_mobile', { parent_org_id: 'org_acme', tier: 2 }));
    expect(await app.subOrgs()).toMatchObject([{ orgId: 'org_acme', clerkId: 'org_mobile' }]);
    // As a sub-org it is no parent, whatever tier its metadata names.
    expect(await app.organization('org_mobile')).toMatchObject({ tier: null, clerkTier: 2 });

    await app.tell(organizationEvent('org_mobile', { tier: 2 }, { timestamp: testTime + 1 }));
    expect(await app.subOrgs()).toMatchObject([{ orgId: 'org_acme', clerkId: null }]);
    expect(await app.organization('org_mobile')).toMatchObject({ tier: 2 });
  });

  test('organization.updated with another parent_org_id moves to it', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(organizationEvent('org_mobile', { parent_org_id: 'org_acme' }));
    const moved = { timestamp: testTime + 1 };
    await app.tell(organizationEvent('org_mobile', { parent_org_id: 'org_globex' }, moved));
    expect(await app.subOrgs()).toMatchObject([
      { orgId: 'org_acme', clerkId: null },
      { orgId: 'org_globex', clerkId: 'org_mobile' },
    ]);
  });

  test('organization.updated renames a sub-org only when Clerk’s own name changed', async () => {
    await using app = await startWebhooks(kind);
    const parent = { parent_org_id: 'org_acme' };
    await app.tell(organizationEvent('org_mobile', parent, { name: 'Mobile' }));
    await app.database.transaction((em) => em.nativeUpdate(SubOrg, {}, { name: 'Our Apps' }));
    const same = { name: 'Mobile', timestamp: testTime + 1 };
    await app.tell(organizationEvent('org_mobile', parent, same));
    expect(await app.subOrgs()).toMatchObject([{ name: 'Our Apps' }]);
    const renamed = { name: 'Apps', timestamp: testTime + 2 };
    await app.tell(organizationEvent('org_mobile', parent, renamed));
    expect(await app.subOrgs()).toMatchObject([{ name: 'Apps' }]);
  });

  test('organization.updated links to a parent that is unknown yet, without rights until it comes', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(organizationEvent('org_mobile', { parent_org_id: 'org_acme' }));
    expect(await app.organization('org_acme')).toMatchObject({ tier: null });
    await app.tell(organizationEvent('org_acme', { tier: 3 }, { timestamp: testTime - 5_000 }));
    expect(await app.organization('org_acme')).toMatchObject({ name: 'Acme', tier: 3 });
    expect(await app.subOrgs()).toMatchObject([{ orgId: 'org_acme', clerkId: 'org_mobile' }]);
  });

  test.each([
    ['holds keys', { tierPinned: false }, true],
    ['an operator made one', { tierPinned: true }, false],
  ])('organization.updated does not link a parent that %s, and warns', async (_, state, hasKey) => {
    await using app = await startWebhooks(kind);
    await insertOrganization(app.database, { id: 'org_mobile', tier: 3, ...state });
    if (hasKey) await insertKey(app.database, { id: 'key_1', orgId: 'org_mobile' });
    await app.tell(organizationEvent('org_mobile', { parent_org_id: 'org_acme', tier: 3 }));
    expect(await app.subOrgs()).toEqual([]);
    expect(await app.organization('org_mobile')).toMatchObject({ tier: 3 });
    expect(app.warnings).toMatchObject([{ organization: 'org_mobile', parent: 'org_acme' }]);
  });

  test('organization.updated leaves a sub-org that an operator linked', async () => {
    await using app = await startWebhooks(kind);
    await insertOrganization(app.database, { id: 'org_acme', tier: 3 });
    await insertSubOrg(app.database, { orgId: 'org_acme', clerkId: 'org_mobile' });
    await app.tell(organizationEvent('org_mobile', { tier: 3 }, { name: 'Other' }));
    await app.tell(organizationEvent('org_mobile', { parent_org_id: 'org_globex', tier: 3 }));
    expect(await app.subOrgs()).toMatchObject([
      { orgId: 'org_acme', clerkId: 'org_mobile', name: 'Mobile' },
    ]);
    expect(await app.organization('org_mobile')).toMatchObject({ tier: null });
  });

  test('organization.updated to a lesser tier is not dropped when another has the same time', async () => {
    await using app = await startWebhooks(kind);
    const tiers = async (...all: (number | undefined)[]) => {
      for (const tier of all) await app.tell(organizationEvent('org_acme', { tier }));
      return (await app.organization('org_acme')).tier;
    };
    expect(await tiers(3, 1)).toBe(1);
    expect(await tiers(3)).toBe(1);
    expect(await tiers(undefined)).toBeNull();
    expect(await tiers(3)).toBeNull();
    const later = { timestamp: testTime + 1 };
    await app.tell(organizationEvent('org_acme', { tier: 3 }, later));
    expect((await app.organization('org_acme')).tier).toBe(3);
  });

  test('organization.updated of the same time makes a sub-org, and renames', async () => {
    await using app = await startWebhooks(kind);
    const parent = { parent_org_id: 'org_acme', tier: 3 };
    await app.tell(organizationEvent('org_mobile', { tier: 3 }));
    await app.tell(organizationEvent('org_mobile', parent));
    await app.tell(organizationEvent('org_mobile', { tier: 3 }, { name: 'Apps' }));
    expect(await app.subOrgs()).toMatchObject([{ clerkId: 'org_mobile', name: 'Apps' }]);
    expect(await app.organization('org_mobile')).toMatchObject({ tier: null, name: 'Apps' });
  });

  test('organization.updated links the same sub-org again whose metadata had vanished', async () => {
    await using app = await startWebhooks(kind);
    const { database } = app;
    const parent = { parent_org_id: 'org_acme' };
    await app.tell(organizationEvent('org_acme', { tier: 3 }));
    await app.tell(organizationEvent('org_mobile', parent));
    await database.transaction((em) => em.nativeUpdate(SubOrg, {}, { name: 'Our Apps' }));
    const [first] = await app.subOrgs();
    await insertKey(database, { id: 'key_1', orgId: 'org_acme', subOrgId: first?.id ?? 0 });
    await app.tell(organizationEvent('org_mobile', {}, { timestamp: testTime + 1 }));
    expect(await app.subOrgs()).toMatchObject([{ clerkId: null, formerClerkId: 'org_mobile' }]);
    await app.tell(organizationEvent('org_mobile', parent, { timestamp: testTime + 2 }));
    const again = { id: first?.id, clerkId: 'org_mobile', formerClerkId: null, name: 'Our Apps' };
    expect(await app.subOrgs()).toMatchObject([again]);
    expect(await liveKeys(database)).toEqual(['key_1']);
    const user = { clerkOrgId: 'org_mobile', userId: 'user_ada' };
    const membership = { ...user, role: 'admin', active: true, asOf: new Date(testTime) } as const;
    await database.transaction((em) => em.insert(Membership, membership));
    const session = { userId: 'user_ada', organizationId: 'org_mobile', role: 'admin' } as const;
    const rest = { sessionId: 's', impersonatedBy: null, issuedAt: new Date(testTime) };
    const present = await membershipOf(database.read(), database.rowMacs, {
      ...session,
      ...rest,
      expiresAt: new Date(testTime),
    });
    expect(present).toMatchObject({ kind: 'sub-org', subOrg: { id: first?.id } });
  });

  test('organization.updated back to the first parent links the first sub-org again', async () => {
    await using app = await startWebhooks(kind);
    for (const [offset, id] of ['org_acme', 'org_globex', 'org_acme', 'org_globex'].entries()) {
      const moved = { timestamp: testTime + offset };
      await app.tell(organizationEvent('org_mobile', { parent_org_id: id }, moved));
    }
    expect(await app.subOrgs()).toMatchObject([
      { orgId: 'org_acme', clerkId: null },
      { orgId: 'org_globex', clerkId: 'org_mobile' },
    ]);
  });

  test('organization.updated never links a removed sub-org again, and says so once', async () => {
    await using app = await startWebhooks(kind);
    const parent = { parent_org_id: 'org_acme', tier: 3 };
    const tell = (offset: number, metadata: object = parent) =>
      app.tell(organizationEvent('org_mobile', { ...metadata }, { timestamp: testTime + offset }));
    await app.tell(organizationEvent('org_acme', { tier: 3 }));
    await tell(0);
    await removeSubOrgs(app.database, testTime);
    for (const offset of [1, 2, 3]) {
      await tell(offset);
      expect(await app.subOrgs()).toMatchObject([{ clerkId: null, removedAt: new Date(testTime) }]);
      // Its metadata makes it a sub-org: it has the rights of neither.
      expect(await app.organization('org_mobile')).toMatchObject({ tier: null, clerkTier: 3 });
    }
    const action = 'clerk.subOrg.stayedRemoved';
    expect(await app.database.read().find(AuditEvent, { action })).toMatchObject([
      { orgId: 'org_acme', changes: { clerkId: 'org_mobile' } },
    ]);
    expect(app.warnings).toMatchObject([{ organization: 'org_mobile', parent: 'org_acme' }]);
    // The same time: the lesser rights hold here too.
    await tell(3, { tier: 3 });
    expect(await app.organization('org_mobile')).toMatchObject({ tier: null });
    await tell(4, { parent_org_id: 'org_globex' });
    expect(await app.subOrgs()).toMatchObject([
      { orgId: 'org_acme', clerkId: null },
      { orgId: 'org_globex', clerkId: 'org_mobile' },
    ]);
    await tell(5, { tier: 3 });
    expect(await app.organization('org_mobile')).toMatchObject({ tier: 3 });
  });

  test('organization.updated never links a sub-org that was removed while it was unlinked', async () => {
    await using app = await startWebhooks(kind);
    const parent = { parent_org_id: 'org_acme' };
    await app.tell(organizationEvent('org_mobile', parent));
    await app.tell(organizationEvent('org_mobile', {}, { timestamp: testTime + 1 }));
    await removeSubOrgs(app.database, testTime);
    await app.tell(organizationEvent('org_mobile', parent, { timestamp: testTime + 2 }));
    expect(await app.subOrgs()).toMatchObject([{ clerkId: null }]);
  });

  test('organization.updated leaves what an operator links after a removal', async () => {
    await using app = await startWebhooks(kind);
    const parent = { parent_org_id: 'org_acme' };
    await app.tell(organizationEvent('org_mobile', parent));
    await removeSubOrgs(app.database, testTime);
    const id = await insertSubOrg(app.database, { orgId: 'org_acme', clerkId: 'org_mobile' });
    await app.tell(organizationEvent('org_mobile', parent, { timestamp: testTime + 1 }));
    expect(await app.subOrgs()).toMatchObject([{ clerkId: null }, { id, clerkId: 'org_mobile' }]);
  });

  test('organization.updated links no organization that has sub-orgs of its own', async () => {
    await using app = await startWebhooks(kind);
    const parent = { parent_org_id: 'org_acme', tier: 3 };
    await insertOrganization(app.database, { id: 'org_mobile', tier: 3 });
    await insertSubOrg(app.database, { orgId: 'org_mobile' });
    await app.tell(organizationEvent('org_mobile', parent));
    expect(await app.subOrgs()).toMatchObject([{ orgId: 'org_mobile', clerkId: null }]);
    expect(await app.organization('org_mobile')).toMatchObject({ tier: 3 });
    expect(app.warnings).toMatchObject([{ organization: 'org_mobile', subOrgs: 1 }]);
    await removeSubOrgs(app.database, testTime);
    await app.tell(organizationEvent('org_mobile', parent, { timestamp: testTime + 1 }));
    expect(await app.organization('org_mobile')).toMatchObject({ tier: null });
  });

  test('organization.updated links to no parent that is a sub-org itself', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(organizationEvent('org_mobile', { parent_org_id: 'org_acme' }));
    await app.tell(organizationEvent('org_ios', { parent_org_id: 'org_mobile', tier: 3 }));
    expect(await app.subOrgs()).toMatchObject([{ orgId: 'org_acme', clerkId: 'org_mobile' }]);
    expect(await app.organization('org_ios')).toMatchObject({ tier: null });
    expect(app.warnings).toMatchObject([{ organization: 'org_ios', parent: 'org_mobile' }]);
  });

  test('organization.updated that names itself as parent links nothing', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(organizationEvent('org_acme', { parent_org_id: 'org_acme', tier: 3 }));
    expect(await app.subOrgs()).toEqual([]);
    expect(await app.organization('org_acme')).toMatchObject({ tier: 3 });
  });

  test('organization.deleted takes tier, keys and sub-orgs away, and nothing brings them back', async () => {
    await using app = await startWebhooks(kind);
    const { database } = app;
    await insertOrganization(database, { id: 'org_acme', tier: 3, tierPinned: true });
    await insertOrganization(database, { id: 'org_other', tier: 3 });
    const subOrgId = await insertSubOrg(database, { orgId: 'org_acme' });
    await insertKey(database, { id: 'key_1', orgId: 'org_acme' });
    await insertKey(database, { id: 'key_2', orgId: 'org_acme', subOrgId });
    await insertKey(database, { id: 'key_3', orgId: 'org_other' });

    await app.tell(deletedEvent('organization', 'org_acme'));
    const gone = { tier: null, deletedAt: new Date(testTime) };
    expect(await app.organization('org_acme')).toMatchObject(gone);
    expect(await app.subOrgs()).toMatchObject([{ archivedAt: new Date(testTime) }]);
    expect(await liveKeys(database)).toEqual(['key_3']);
    expect(await database.read().find(AuditEvent, {})).toMatchObject([
      { action: 'clerk.organization.deleted', changes: { archived: 1, revoked: 2 } },
    ]);

    const later = { timestamp: testTime + 1 };
    await app.tell(organizationEvent('org_acme', { tier: 3 }, later));
    await app.tell(organizationEvent('org_late', { parent_org_id: 'org_acme' }, later));
    expect(await app.organization('org_acme')).toMatchObject(gone);
    const archived = { orgId: 'org_acme', archivedAt: new Date(testTime) };
    expect(await app.subOrgs()).toMatchObject([archived, archived]);
  });

  test('organization.deleted before its creation was heard of leaves no rights', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(deletedEvent('organization', 'org_acme'));
    await app.tell(organizationEvent('org_acme', { tier: 3 }, { timestamp: testTime - 1 }));
    expect(await app.organization('org_acme')).toMatchObject({ tier: null });
  });

  test('organization.deleted of a sub-org archives it and revokes its keys only', async () => {
    await using app = await startWebhooks(kind);
    const { database } = app;
    await insertOrganization(database, { id: 'org_acme', tier: 3 });
    const subOrgId = await insertSubOrg(database, { orgId: 'org_acme', clerkId: 'org_mobile' });
    await insertKey(database, { id: 'key_1', orgId: 'org_acme' });
    await insertKey(database, { id: 'key_2', orgId: 'org_acme', subOrgId });
    await app.tell(deletedEvent('organization', 'org_mobile'));
    expect(await liveKeys(database)).toEqual(['key_1']);
    expect(await app.subOrgs()).toMatchObject([{ archivedAt: new Date(testTime) }]);
    // The parent's admins see it in their log.
    expect(await database.read().find(AuditEvent, {})).toMatchObject([{ orgId: 'org_acme' }]);
  });

  test('organizationMembership events record role and end', async () => {
    await using app = await startWebhooks(kind);
    const recorded = async () =>
      app.database.read().findOneOrFail(Membership, { userId: 'user_ada' });
    await app.tell(membershipEvent('created', 'org:admin', testTime));
    const of = { clerkOrgId: 'org_acme', userId: 'user_ada', asOf: new Date(testTime) };
    expect(await recorded()).toMatchObject({ ...of, role: 'admin', active: true });
    await app.tell(membershipEvent('updated', 'org:member', testTime + 1));
    expect(await recorded()).toMatchObject({ role: 'member', active: true });
    await app.tell(membershipEvent('deleted', 'org:member', testTime + 2));
    expect(await recorded()).toMatchObject({ active: false });
  });

  test('organizationMembership events delivered late change nothing', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(membershipEvent('deleted', 'org:admin', testTime));
    await app.tell(membershipEvent('updated', 'org:admin', testTime - 1));
    expect(await app.database.read().find(Membership, {})).toMatchObject([{ active: false }]);
  });

  test('user.deleted ends every membership of the user, for good', async () => {
    await using app = await startWebhooks(kind);
    await app.tell(membershipEvent('created'));
    await app.tell(deletedEvent('user', 'user_ada', testTime + 1));
    await app.tell(membershipEvent('updated', 'org:admin', testTime + 2));
    const em = app.database.read();
    expect(await em.find(Membership, {})).toMatchObject([{ active: false }]);
    expect(await em.find(DeletedUser, {})).toMatchObject([{ userId: 'user_ada' }]);
  });

  test('events about organizations that name each other do not deadlock', async () => {
    await using app = await startWebhooks(kind);
    const ids = ['org_a', 'org_b', 'org_c'];
    const events = Array.from({ length: 30 }, (_, index) => {
      const parent_org_id = ids[(index + 1 + (index % 2)) % 3];
      return organizationEvent(
        ids[index % 3] ?? '',
        { parent_org_id },
        { timestamp: testTime + index },
      );
    });
    const answers = await Promise.all(events.map((event) => app.tell(event)));
    expect(answers).toEqual(events.map(() => ({ status: 200, outcome: 'applied' })));
  });
});
