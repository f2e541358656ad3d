import { inPages, inSteps } from '../clock/in-steps.ts';
import { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { applyOrganization, applyOrganizationDeleted } from './apply-organization.ts';
import { neverTold } from './clerk-change.ts';
import type { ListedOrganization } from './clerk-organization.ts';
import type { Round } from './reconciliation-round.ts';

/** Organizations per statement. */
const stepSize = 100;

const fresh = { disableIdentityMap: true } as const;

/**
 * Reconciles organizations, each in a separate transaction.
 *
 * @returns the ids of present or future parents and sub-orgs. Clerk may hold many other
 * organizations, whose members must not be stored here.
 */
export async function reconcileOrganizations(round: Round): Promise<string[]> {
  const { database, directory, signal } = round;
  const listed = await directory.organizations(signal);
  round.skip(null, listed.skipped);
  const absent = await absentOrganizations(round, new Set(listed.items.map(({ id }) => id)));
  const concerned: string[] = [];
  for await (const some of inSteps(listed.items, stepSize)) {
    const recorded = await recordedOrganizations(database.read(), some);
    await confirm(round, some, recorded);
    for (const each of some) {
      const known = recorded.get(each.id);
      if (known === undefined || isStale(known, each)) await apply(round, each);
      const isOurs = known !== undefined && (known.tier !== null || known.parentId !== null);
      if (isOurs || each.tier !== null || each.parentId !== null) concerned.push(each.id);
    }
  }
  for await (const [id = ''] of inSteps(absent, 1)) {
    await round.attempt(id, async () => {
      if (await directory.organizationExists(id, signal)) return;
      const context = applyContext(round);
      await database.transaction((em) => applyOrganizationDeleted(em, { id }, context));
    });
  }
  return concerned;
}

/**
 * Ids of recorded organizations that a list lacks.
 *
 * @throws when it lacks all of them and Clerk's instance is another: keys of a deleted organization
 * are revoked, which cannot be undone.
 */
async function absentOrganizations(
  { database, directory, signal }: Round,
  listed: ReadonlySet<string>,
): Promise<string[]> {
  const absent: string[] = [];
  let told = 0;
  const pages = inPages((after) =>
    database
      .read()
      .find(
        Organization,
        { id: { $gt: after }, deletedAt: null, isDemo: false, asOf: { $gt: neverTold } },
        { ...fresh, orderBy: { id: 'asc' }, limit: stepSize },
      ),
  );
  for await (const recorded of pages) {
    told += recorded.length;
    for (const { id } of recorded) if (!listed.has(id)) absent.push(id);
  }
  if (told > 0 && absent.length === told && !(await directory.isOurInstance(signal))) {
    throw new Error('Clerk knows none of our organizations: is CLERK_SECRET_KEY of this instance?');
  }
  return absent;
}

/** A recorded organization. */
interface Recorded extends Pick<ListedOrganization, 'name' | 'parentId'> {
  readonly asOf: Organization['asOf'];
  readonly tier: number | null;
  readonly clerkTier: number | null;
}

async function recordedOrganizations(
  em: EntityManager,
  some: readonly ListedOrganization[],
): Promise<Map<string, Recorded>> {
  const ids = some.map(({ id }) => id);
  const found = await em.find(Organization, { id: { $in: ids } }, fresh);
  const linked = await em.find(SubOrg, { clerkId: { $in: ids } }, fresh);
  const parents = new Map(linked.map(({ clerkId, orgId }) => [clerkId, orgId]));
  return new Map(
    found.map(({ id, name, asOf, tier = null, clerkTier = null }) => {
      return [id, { name, asOf, tier, clerkTier, parentId: parents.get(id) ?? null }];
    }),
  );
}

function isStale(known: Recorded, { name, tier, parentId }: ListedOrganization): boolean {
  return known.name !== name || known.clerkTier !== tier || known.parentId !== parentId;
}

function apply(round: Round, organization: ListedOrganization): Promise<void> {
  const change = { ...organization, at: round.at };
  return round.attempt(change.id, () =>
    round.database.transaction((em) => applyOrganization(em, change, applyContext(round))),
  );
}

/**
 * Gives unchanged organizations the round's time: a late webhook about an earlier time then changes
 * nothing. A row that was written since the read has another time, and is skipped.
 */
async function confirm(
  { database, at }: Round,
  some: readonly ListedOrganization[],
  recorded: ReadonlyMap<string, Recorded>,
): Promise<void> {
  const asRead = some.flatMap((each) => {
    const known = recorded.get(each.id);
    const isConfirmed = known !== undefined && known.asOf < at && !isStale(known, each);
    return isConfirmed ? [{ id: each.id, asOf: known.asOf }] : [];
  });
  if (asRead.length === 0) return;
  await database.transaction((em) => em.nativeUpdate(Organization, { $or: asRead }, { asOf: at }));
}

function applyContext({ now, logger, database: { rowMacs } }: Round) {
  return { now: new Date(now()), logger, rowMacs };
}
