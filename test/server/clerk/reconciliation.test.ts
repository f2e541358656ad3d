import { describe, expect, test } from 'vitest';
import { applyMembership } from '../../../server/clerk/apply-membership.ts';
import { applyOrganization } from '../../../server/clerk/apply-organization.ts';
import { clerkTime } from '../../../server/clerk/clerk-change.ts';
import { reconcile } from '../../../server/clerk/reconciliation.ts';
import type { Database } from '../../../server/database/database.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { databaseKinds } from '../../support/server.ts';
import { clerkServer } from '../sessions/clerk-server.ts';
import {
  insertKey,
  insertOrganization,
  liveKeys,
  removeSubOrgs,
  testDatabase,
} from '../sessions/databases.ts';
import { testTime } from '../sessions/tokens.ts';

const silent = { warn() {} };

describe.each(databaseKinds)('on %s', (kind) => {
  async function start() {
    await using resources = new AsyncDisposableStack();
    const { database } = resources.use(await testDatabase(kind));
    const organizations = [
      {
        id: 'org_acme',
        name: 'Acme',
        metadata: { tier: 3 },
        members: { user_ada: 'org:admin', user_bob: 'org:member' } as Record<string, string>,
      },
      {
        id: 'org_mobile',
        name: 'Mobile',
        metadata: { parent_org_id: 'org_acme' } as Record<string, unknown>,
        members: { user_eve: 'org:admin' } as Record<string, string>,
      },
      { id: 'org_other', name: 'Other', metadata: {}, members: { user_joe: 'org:admin' } },
    ];
    const clerk = resources.use(await clerkServer(organizations));
    const logged: unknown[] = [];
    const log = (...line: unknown[]) => void logged.push(line);
    const running = resources.move();
    return {
      database,
      clerk,
      organizations,
      logged,
      /** Reconciles at one of Clerk's times; the server's own clock is ahead, or behind. */
      reconcile(at = testTime, ahead = 0) {
        clerk.clock.now = at;
        const now = () => at + ahead;
        return reconcile({
          database: this.database,
          directory: clerk.directory,
          now,
          logger: { warn: log, error: log },
        });
      },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    };
  }

  async function everything(database: Database) {
    const em = database.read();
    return JSON.stringify([
      await em.find(Organization, {}, { orderBy: { id: 'asc' } }),
      await em.find(SubOrg, {}, { orderBy: { id: 'asc' } }),
      await em.find(Membership, {}, { orderBy: { clerkOrgId: 'asc', userId: 'asc' } }),
      await em.find(AuditEvent, {}, { orderBy: { id: 'asc' } }),
      await liveKeys(database),
    ]);
  }

  const members = async (database: Database) => {
    const orderBy = { clerkOrgId: 'asc', userId: 'asc' } as const;
    const active = await database.read().find(Membership, { active: true }, { orderBy });
    return active.map(({ clerkOrgId, userId, role }) => `${clerkOrgId} ${userId} ${role}`);
  };

  test('reconcile() of an empty database records all that concerns us', async () => {
    await using app = await start();
    await app.reconcile();
    const em = app.database.read();
    expect(await em.find(Organization, {}, { orderBy: { id: 'asc' } })).toMatchObject([
      { id: 'org_acme', name: 'Acme', tier: 3, asOf: new Date(testTime) },
      { id: 'org_mobile', name: 'Mobile', tier: null },
      { id: 'org_other', name: 'Other', tier: null },
    ]);
    expect(await em.find(SubOrg, {})).toMatchObject([{ orgId: 'org_acme', clerkId: 'org_mobile' }]);
    // Members of an organization that is neither a parent nor a sub-org are not even requested.
    expect(await members(app.database)).toEqual([
      'org_acme user_ada admin',
      'org_acme user_bob member',
      'org_mobile user_eve admin',
    ]);
    expect(app.clerk.requests.join()).not.toContain('org_other/');
  });

  test('reconcile() mends what webhooks missed', async () => {
    await using app = await start();
    await app.reconcile();
    const [acme, mobile] = app.organizations;
    Object.assign(acme ?? {}, { name: 'Acme Inc', metadata: { tier: 1 } });
    Object.assign(acme ?? {}, { members: { user_bob: 'org:admin', user_new: 'org:member' } });
    Object.assign(mobile ?? {}, { metadata: {} });
    await app.reconcile(testTime + 1_000);
    const em = app.database.read();
    expect(await em.findOne(Organization, { id: 'org_acme' })).toMatchObject({
      name: 'Acme Inc',
      tier: 1,
    });
    expect(await em.find(SubOrg, {})).toMatchObject([{ clerkId: null }]);
    expect(await members(app.database)).toEqual([
      'org_acme user_bob admin',
      'org_acme user_new member',
      'org_mobile user_eve admin',
    ]);
  });

  test('reconcile() that finds nothing to mend audits nothing', async () => {
    await using app = await start();
    await app.reconcile();
    const before = await app.database.read().count(AuditEvent);
    await app.reconcile(testTime + 1_000);
    expect(await app.database.read().count(AuditEvent)).toBe(before);
  });

  test('reconcile() confirms what it found: what is older and late changes nothing any more', async () => {
    await using app = await start();
    await app.reconcile();
    await app.reconcile(testTime + 1_000);
    const { rowMacs } = app.database;
    const context = { now: new Date(testTime), logger: silent, rowMacs };
    const at = clerkTime(testTime + 500);
    const organization = { id: 'org_acme', name: 'Old', tier: null, parentId: null, at };
    const of = { clerkOrgId: 'org_acme', userId: 'user_bob' };
    await app.database.transaction(async (em) => {
      await applyOrganization(em, organization, context);
      await applyMembership(em, { ...of, role: 'admin', active: true, at }, context);
    });
    const em = app.database.read();
    expect(await em.findOne(Organization, { id: 'org_acme' })).toMatchObject({ tier: 3 });
    expect(await members(app.database)).toContain('org_acme user_bob member');
  });

  test('reconcile() overwrites nothing that was told about a later time', async () => {
    await using app = await start();
    const { rowMacs } = app.database;
    const context = { now: new Date(testTime), logger: silent, rowMacs };
    const at = clerkTime(testTime + 500);
    const organization = { id: 'org_acme', name: 'New', tier: 1, parentId: null, at };
    const ada = { clerkOrgId: 'org_acme', userId: 'user_ada' };
    const zoe = { clerkOrgId: 'org_acme', userId: 'user_zoe' };
    await app.database.transaction(async (em) => {
      await applyOrganization(em, organization, context);
      await applyMembership(em, { ...ada, role: 'admin', active: false, at }, context);
      await applyMembership(em, { ...zoe, role: 'admin', active: true, at }, context);
    });
    await app.reconcile();
    const em = app.database.read();
    const kept = { name: 'New', tier: 1, asOf: at };
    expect(await em.findOne(Organization, { id: 'org_acme' })).toMatchObject(kept);
    expect(await members(app.database)).toEqual([
      'org_acme user_bob member',
      'org_acme user_zoe admin',
      'org_mobile user_eve admin',
    ]);
  });

  test.each([
    ['five minutes ahead', 300_000],
    ['an hour behind', -3_600_000],
  ])(
    'reconcile() of a server whose clock is %s drops no demotion that comes after',
    async (_, ahead) => {
      await using app = await start();
      await app.reconcile(testTime + 400, ahead);
      const { rowMacs } = app.database;
      const context = { now: new Date(testTime + ahead), logger: silent, rowMacs };
      const at = clerkTime(testTime + 1_000);
      const organization = { id: 'org_acme', name: 'Acme', tier: null, parentId: null, at };
      const ada = { clerkOrgId: 'org_acme', userId: 'user_ada' };
      await app.database.transaction(async (em) => {
        await applyOrganization(em, organization, context);
        await applyMembership(em, { ...ada, role: 'member', active: true, at }, context);
      });
      expect(await app.database.read().findOne(Organization, { id: 'org_acme' })).toMatchObject({
        tier: null,
      });
      expect(await members(app.database)).toContain('org_acme user_ada member');
      // Clerk's later list counts, whatever this clock showed before.
      await app.reconcile(testTime + 2_000, -ahead);
      expect(await members(app.database)).toContain('org_acme user_ada admin');
    },
  );

  test.each([
    ['none', null],
    ['one that is no date', 'today'],
    ['one of another form', '2026-03-04T05:06:07Z'],
  ])('reconcile() changes nothing when Clerk tells no time: %s', async (_, date) => {
    await using app = await start();
    app.clerk.faults.date = date;
    const before = await everything(app.database);
    await expect(app.reconcile()).rejects.toThrow('without a time');
    expect(await everything(app.database)).toBe(before);
  });

  test('reconcile() takes the time of an answer that was complete before the first list', async () => {
    await using app = await start();
    await app.reconcile(testTime + 999);
    expect(app.clerk.requests[0]).toBe('/v1/organizations?limit=1');
    const em = app.database.read();
    const row = { asOf: new Date(testTime) };
    expect(await em.findOne(Organization, { id: 'org_acme' })).toMatchObject(row);
  });

  test('reconcile() does not link again what an admin removed, and says so once', async () => {
    await using app = await start();
    await app.reconcile();
    await removeSubOrgs(app.database, testTime);
    const audited = () => app.database.read().count(AuditEvent);
    const counts = [await audited()];
    for (const offset of [1_000, 2_000, 3_000]) {
      await app.reconcile(testTime + offset);
      counts.push(await audited());
    }
    expect(counts.map((count) => count - (counts[0] ?? 0))).toEqual([0, 1, 1, 1]);
    expect(await app.database.read().find(SubOrg, {})).toMatchObject([{ clerkId: null }]);
    // A parent in between, it is none as soon as Clerk names one for it.
    const tiers = [];
    for (const metadata of [{ tier: 3 }, { tier: 3, parent_org_id: 'org_acme' }]) {
      Object.assign(app.organizations[1] ?? {}, { metadata });
      await app.reconcile(testTime + 4_000 + tiers.length * 1_000);
      const em = app.database.read();
      tiers.push((await em.findOneOrFail(Organization, { id: 'org_mobile' })).tier);
    }
    expect(tiers).toEqual([3, null]);
  });

  test('reconcile() takes a deleted organization away', async () => {
    await using app = await start();
    await app.reconcile();
    await insertKey(app.database, { id: 'key_1', orgId: 'org_acme' });
    app.organizations.splice(0, 1);
    await app.reconcile(testTime + 1_000);
    const gone = await app.database.read().findOne(Organization, { id: 'org_acme' });
    expect(gone).toMatchObject({ tier: null, deletedAt: new Date(testTime + 1_000) });
    expect(await liveKeys(app.database)).toEqual([]);
  });

  test('reconcile() takes nothing away that is only missing from a list', async () => {
    await using app = await start();
    await app.reconcile();
    await insertKey(app.database, { id: 'key_1', orgId: 'org_acme' });
    // As when a page shifts because an earlier item was deleted between two requests.
    app.clerk.faults.hide = (id) => id === 'org_acme' || id === 'user_eve';
    await app.reconcile(testTime + 1_000);
    expect(await liveKeys(app.database)).toEqual(['key_1']);
    expect(await members(app.database)).toContain('org_mobile user_eve admin');
  });

  test('reconcile() leaves demo organizations and those that Clerk never told of', async () => {
    await using app = await start();
    const { database } = app;
    await insertOrganization(database, { id: 'org_demo', tier: 3, isDemo: true });
    const neverTold = { tier: 3, tierPinned: true, asOf: new Date(0) };
    await insertOrganization(database, { id: 'org_added', ...neverTold });
    await app.reconcile();
    expect(await database.read().count(Organization, { deletedAt: { $ne: null } })).toBe(0);
  });

  test('reconcile() with another instance’s key refuses to take everything away', async () => {
    await using app = await start();
    await app.reconcile();
    app.organizations.splice(0);
    app.clerk.faults.jwk = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };
    const before = await everything(app.database);
    await expect(app.reconcile(testTime + 1_000)).rejects.toThrow('CLERK_SECRET_KEY');
    expect(await everything(app.database)).toBe(before);
  });

  test('reconcile() takes away what was deleted, though nothing is left', async () => {
    await using app = await start();
    app.organizations.splice(1);
    await app.reconcile();
    await insertKey(app.database, { id: 'key_1', orgId: 'org_acme' });
    app.organizations.splice(0);
    await app.reconcile(testTime + 1_000);
    expect(await liveKeys(app.database)).toEqual([]);
  });

  test.each([/organizations\?/, /jwks/])(
    'reconcile() changes nothing when %s fails',
    async (failing) => {
      await using app = await start();
      await insertOrganization(app.database, { id: 'org_gone', tier: 3 });
      if (failing.test('/jwks')) app.organizations.splice(0);
      app.clerk.faults.failing = failing;
      const before = await everything(app.database);
      await expect(app.reconcile()).rejects.toThrow();
      expect(await everything(app.database)).toBe(before);
    },
  );

  test.each([
    [/org_acme\/memberships/, ['org_mobile user_eve admin']],
    [/org_mobile\/memberships/, ['org_acme user_ada admin', 'org_acme user_bob member']],
  ])('reconcile() mends the others when %s fails', async (failing, mended) => {
    await using app = await start();
    app.clerk.faults.failing = failing;
    expect(await app.reconcile()).toEqual({ unreadable: 0, failed: 1 });
    expect(await members(app.database)).toEqual(mended);
    expect(JSON.stringify(app.logged)).toContain('left an organization as it was');
  });

  test('reconcile() deletes nothing that Clerk cannot be asked about', async () => {
    await using app = await start();
    await insertOrganization(app.database, { id: 'org_gone', tier: 3 });
    app.clerk.faults.failing = /org_gone/;
    expect(await app.reconcile()).toEqual({ unreadable: 0, failed: 1 });
    const gone = await app.database.read().findOneOrFail(Organization, { id: 'org_gone' });
    expect(gone.deletedAt).toBeNull();
  });

  test('reconcile() ends early when organization after organization fails', async () => {
    await using app = await start();
    const more = Array.from({ length: 20 }, (_, index) => {
      return { id: `org_${index}`, name: 'Org', metadata: { tier: 3 }, members: {} };
    });
    app.organizations.push(...more);
    app.clerk.faults.failing = /memberships/;
    await expect(app.reconcile()).rejects.toThrow();
    const asked = app.clerk.requests.filter((each) => each.includes('memberships'));
    expect(new Set(asked.map((each) => each.split('?')[0])).size).toBe(10);
  });

  test('reconcile() stops for nothing that one organization holds', async () => {
    await using app = await start();
    await app.reconcile();
    const [acme, mobile] = app.organizations;
    Object.assign(acme ?? {}, { metadata: { tier: '2' } });
    Object.assign(mobile ?? {}, { metadata: { parent_org_id: ' org_acme\n' } });
    app.organizations.unshift(
      {
        id: 'org_nul',
        name: 'A\0B\ud800\u202eC',
        metadata: { tier: 3 },
        members: { '\0': 'org:admin' },
      },
      { id: 'org\0', name: 'Odd', metadata: { tier: 3 }, members: {} },
      { id: 'org_long', name: '\u0007'.repeat(9) + '😀'.repeat(300), metadata: {}, members: {} },
      { id: 'org_none', name: '\u2066', metadata: {}, members: {} },
    );
    expect(await app.reconcile(testTime + 1_000)).toEqual({ unreadable: 2, failed: 0 });
    const em = app.database.read();
    const names = await em.find(Organization, {}, { orderBy: { id: 'asc' } });
    expect(Object.fromEntries(names.map(({ id, name, tier }) => [id, [name, tier]]))).toEqual({
      org_acme: ['Acme', 2],
      org_mobile: ['Mobile', null],
      org_other: ['Other', null],
      org_nul: ['ABC', 3],
      org_long: ['😀'.repeat(200), null],
      org_none: ['org_none', null],
    });
    expect(await em.find(SubOrg, {})).toMatchObject([{ orgId: 'org_acme', clerkId: 'org_mobile' }]);
    const fields = app.logged.filter((line) => JSON.stringify(line).includes('public metadata'));
    expect(fields).toMatchObject([
      [{ organization: 'org_acme', fields: ['tier'] }, expect.anything()],
    ]);
  });

  test('reconcile() records many members in short transactions, and leaves room between them', async () => {
    await using app = await start();
    const many = Array.from({ length: 950 }, (_, index) => [`user_${index}`, 'org:member']);
    Object.assign(app.organizations[0] ?? {}, { members: Object.fromEntries(many) });
    const { database } = app;
    const recorded: number[] = [];
    let turns = 0;
    let isOver = false;
    const others = (async () => {
      for (; !isOver; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    })();
    app.database = {
      ...database,
      rowMacs: database.rowMacs,
      transaction: async (work) => {
        const before = await database.read().count(Membership);
        const result = await database.transaction(work);
        recorded.push((await database.read().count(Membership)) - before);
        return result;
      },
    };
    await app.reconcile();
    isOver = true;
    await others;
    expect(await database.read().count(Membership)).toBe(951);
    expect(Math.max(...recorded)).toBe(50);
    expect(turns).toBeGreaterThan(recorded.length);
  });

  test('reconcile() that is aborted ends after its step; what it mended stays', async () => {
    await using app = await start();
    const stop = new AbortController();
    const { database, clerk } = app;
    const reconciled = reconcile({
      database: {
        ...database,
        rowMacs: database.rowMacs,
        transaction: async (work) => {
          const result = await database.transaction(work);
          stop.abort(new Error('stopped'));
          return result;
        },
      },
      directory: clerk.directory,
      now: () => testTime,
      logger: { ...silent, error() {} },
      signal: stop.signal,
    });
    await expect(reconciled).rejects.toThrow('stopped');
    const ids = await database.read().find(Organization, { asOf: new Date(testTime) });
    expect(ids.map(({ id }) => id)).toEqual(['org_acme']);
  });
});
