import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyMembership, applyUserDeleted } from '../../../server/clerk/apply-membership.ts';
import {
  applyOrganization,
  applyOrganizationDeleted,
} from '../../../server/clerk/apply-organization.ts';
import { type ClerkTime, clerkTime } from '../../../server/clerk/clerk-change.ts';
import type { ClerkEvent } from '../../../server/clerk/clerk-event.ts';
import type { Database } from '../../../server/database/database.ts';
import { DeletedUser } from '../../../server/database/entities/deleted-user.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { databaseKinds } from '../../support/server.ts';
import { insertKey, insertOrganization, liveKeys, testDatabase } from './databases.ts';
import { testTime } from './tokens.ts';

const organizations = ['acme', 'globex', 'mobile'];
const users = ['ada', 'bob'];
const times = (max: number) =>
  fc.integer({ min: 0, max }).map((offset) => clerkTime(testTime + offset));
const organizationId = fc.constantFrom(...organizations);
const userId = fc.constantFrom(...users);

/**
 * Sub-orgs have no sub-orgs, so of two links in a row the first one holds: the world has none. `acme`
 * holds a key and stays a parent.
 */
const parents: Record<string, readonly (string | null)[]> = {
  acme: [null, 'acme', 'globex'],
  globex: [null, 'globex'],
  mobile: [null, 'acme', 'globex', 'mobile'],
};
const parentOf = (id: string) => fc.constantFrom(...(parents[id] ?? [null]));

const event = (
  at: fc.Arbitrary<ClerkTime>,
  names: readonly string[],
): fc.Arbitrary<Exclude<ClerkEvent, { kind: 'other' }>> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .record({
          id: organizationId,
          name: fc.constantFrom(...names),
          tier: fc.constantFrom(null, 1, 3),
          at,
        })
        .chain((change) => parentOf(change.id).map((parentId) => ({ ...change, parentId })))
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
          at,
        })
        .map((change) => ({ kind: 'membership' as const, change })),
    },
    fc
      .record({ id: organizationId })
      .map((change) => ({ kind: 'organization-deleted' as const, change })),
    fc.record({ id: userId }).map((change) => ({ kind: 'user-deleted' as const, change })),
  );

type Event = Exclude<ClerkEvent, { kind: 'other' }>;

const orders = (events: fc.Arbitrary<Event[]>) =>
  events.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
    ),
  );

const apart = orders(
  fc.uniqueArray(event(times(20), ['One', 'Two']), {
    maxLength: 8,
    selector: ({ kind, change }) =>
      kind === 'organization' ? `${change.id} ${change.at.getTime()}` : change,
  }),
);
/** Of two names with the same millisecond the last one received holds: here is only one. */
const tied = orders(fc.array(event(times(2), ['One']), { maxLength: 8 }));

/** Applies events in a separate world: every id begins with its name. */
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

/**
 * The relevant state: every user's role and every organization's kind. An archived sub-org whose
 * Clerk organization is gone is history.
 */
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
      // Not its name: a sub-org that was unlinked for a while misses the renamings of that time.
      .map(({ clerkId, orgId, archivedAt }) => {
        return { clerkId, orgId, archived: archivedAt !== null };
      }),
    members: members.map(({ clerkOrgId, userId, role }) => ({ clerkOrgId, userId, role })),
    deleted: deleted.map(({ userId }) => userId),
    keyLives: keys.includes(`${world}-key`),
  };
  return JSON.parse(JSON.stringify(found).replaceAll(`${world}-`, ''));
}

describe.each(databaseKinds)('on %s', (kind) => {
  test.each([
    ['events', apart],
    ['events of the same millisecond', tied],
  ])('Clerk’s %s end in the same state in whatever order they arrive', async (_, world) => {
    await using opened = await testDatabase(kind);
    const { database } = opened;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(world, async ([sent, received]) => {
        const run = runs++;
        const straight = await endState(database, `a${run}`, sent);
        expect(await endState(database, `b${run}`, received)).toEqual(straight);
      }),
      { numRuns: 40 },
    );
  });
});
