import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../server/database/database.ts';
import { DeletedUser } from '../../../server/database/entities/deleted-user.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { applyMembership, applyUserDeleted } from '../../../server/sessions/apply-membership.ts';
import {
  applyOrganization,
  applyOrganizationDeleted,
} from '../../../server/sessions/apply-organization.ts';
import type { ClerkEvent } from '../../../server/sessions/clerk-event.ts';
import {
  databaseKinds,
  insertKey,
  insertOrganization,
  liveKeys,
  testDatabase,
} from './databases.ts';
import { testTime } from './tokens.ts';

const organizations = ['acme', 'globex', 'mobile'];
const users = ['ada', 'bob'];
const times = fc.integer({ min: 0, max: 20 }).map((offset) => new Date(testTime + offset));
const organizationId = fc.constantFrom(...organizations);
const userId = fc.constantFrom(...users);

const event: fc.Arbitrary<Exclude<ClerkEvent, { kind: 'other' }>> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        id: organizationId,
        name: fc.constantFrom('One', 'Two'),
        tier: fc.constantFrom(null, 1, 3),
        parentId: fc.option(organizationId),
        at: times,
      })
      .map((change) => ({ kind: 'organization' as const, change })),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        clerkOrgId: organizationId,
        userId,
        role: fc.constantFrom('admin' as const, 'member' as const),
        active: fc.boolean(),
        at: times,
      })
      .map((change) => ({ kind: 'membership' as const, change })),
  },
  fc
    .record({ id: organizationId, at: times })
    .map((change) => ({ kind: 'organization-deleted' as const, change })),
  fc.record({ id: userId, at: times }).map((change) => ({ kind: 'user-deleted' as const, change })),
);

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** Clerk tells one thing about an organization at a time; about a membership even that may repeat. */
const events = fc.uniqueArray(event, {
  maxLength: 8,
  selector: ({ kind, change }) =>
    kind === 'organization' ? `${change.id} ${change.at.getTime()}` : change,
});
const orders = events.chain((all) =>
  fc.tuple(
    fc.constant(all),
    fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
  ),
);

/** Applies events in a world of its own: every id begins with its name. */
async function endState(database: Database, world: string, all: readonly Event[]) {
  const id = (name: string) => `${world}-${name}`;
  const { rowMacs } = database;
  const context = { now: new Date(testTime), logger: { warn() {} }, rowMacs };
  await insertOrganization(database, { id: id('acme'), tier: 3, asOf: new Date(0) });
  await insertKey(database, { id: id('key'), orgId: id('acme') });
  await database.transaction(async (em) => {
    for (const { kind, change } of all) {
      if (kind === 'organization') {
        const parentId = change.parentId === null ? null : id(change.parentId);
        await applyOrganization(em, { ...change, id: id(change.id), parentId }, context);
      } else if (kind === 'membership') {
        const of = { clerkOrgId: id(change.clerkOrgId), userId: id(change.userId) };
        await applyMembership(em, { ...change, ...of }, context);
      } else if (kind === 'organization-deleted') {
        await applyOrganizationDeleted(em, { ...change, id: id(change.id) }, context);
      } else {
        await applyUserDeleted(em, { ...change, id: id(change.id) }, context);
      }
    }
  });
  return state(database, world);
}

/** What counts: who is what. An archived sub-org whose Clerk organization is gone is history. */
async function state(database: Database, world: string) {
  const em = database.read();
  const own = { $like: `${world}-%` };
  const rows = await em.find(Organization, { id: own }, { orderBy: { id: 'asc' } });
  const gone = new Set(rows.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id));
  const links = await em.find(SubOrg, { clerkId: own }, { orderBy: { clerkId: 'asc' } });
  const members = await em.find(
    Membership,
    { clerkOrgId: own, active: true },
    { orderBy: { clerkOrgId: 'asc', userId: 'asc' } },
  );
  const deleted = await em.find(DeletedUser, { userId: own }, { orderBy: { userId: 'asc' } });
  const keys = await liveKeys(database);
  const found = {
    organizations: rows.map(({ id, name, tier, clerkTier, asOf }) => {
      return { id, name, tier, clerkTier, asOf, deleted: gone.has(id) };
    }),
    links: links
      .filter(({ clerkId, archivedAt }) => archivedAt === null || !gone.has(clerkId ?? ''))
      .map(({ clerkId, orgId, name, archivedAt }) => {
        return { clerkId, orgId, name, archived: archivedAt !== null };
      }),
    members: members.map(({ clerkOrgId, userId, role }) => ({ clerkOrgId, userId, role })),
    deleted: deleted.map(({ userId }) => userId),
    keyLives: keys.includes(`${world}-key`),
  };
  return JSON.parse(JSON.stringify(found).replaceAll(`${world}-`, ''));
}

describe.each(databaseKinds)('on %s', (kind) => {
  test('Clerk’s events end in the same state in whatever order they arrive', async () => {
    await using opened = await testDatabase(kind);
    const { database } = opened;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(orders, async ([sent, received]) => {
        const run = runs++;
        const straight = await endState(database, `a${run}`, sent);
        expect(await endState(database, `b${run}`, received)).toEqual(straight);
      }),
      { numRuns: 40 },
    );
  });
});
