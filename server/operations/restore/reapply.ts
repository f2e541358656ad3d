import type { QBFilterQuery } from '@mikro-orm/sql';
import { ApiKey } from '../../database/entities/api-key.ts';
import type { SubOrg } from '../../database/entities/sub-org.ts';
import { applyUserDeleted } from '../../sessions/apply-membership.ts';
import { applyOrganizationDeleted } from '../../sessions/apply-organization.ts';
import { revokeKeys } from '../api-keys/revoke-keys.ts';
import type { Work } from '../operation.ts';
import { archive, remove } from '../sub-orgs/end-sub-org.ts';
import { findSubOrg } from '../sub-orgs/sub-org-record.ts';
import { type Deed, revocationOf } from './deed.ts';
import { batches, type ImportedKey, isSubOrgMadeSince, keysWrittenSince } from './made-since.ts';

/** A deed that was done once more, and that the log has to say again. */
export interface Repetition {
  readonly deed: Deed;
  readonly revokedKeys: number;
}

/** The keys of the lost history that are this one's too, by their ids. */
export type Imported = ReadonlyMap<string, ImportedKey>;

/** Null where the deed took nothing away for good. */
type Reapply = (work: Work, deed: Deed, imported: Imported) => Promise<Repetition[] | null>;

/** By its name in the audit log, whatever takes a key, or its owner, away for good. */
const reappliedBy: ReadonlyMap<string, Reapply> = new Map<string, Reapply>([
  ['apiKeys.revoke', revokeOne],
  ['leaks.report', revokeOne],
  ['leaks.github', revokeOne],
  ['apiKeys.revokeAll', revokeAll],
  ['subOrgs.archive', (work, deed) => endSubOrg(work, deed, archive)],
  ['subOrgs.remove', (work, deed) => endSubOrg(work, deed, remove)],
  [
    'clerk.organization.deleted',
    async ({ em, now, services }, deed) => {
      const context = { now, rowMacs: services.database.rowMacs };
      return repeated(deed, await applyOrganizationDeleted(em, { id: targetOf(deed) }, context));
    },
  ],
  [
    'clerk.user.deleted',
    async ({ em, now }, deed) =>
      repeated(deed, (await applyUserDeleted(em, { id: targetOf(deed) }, { now })) ? 0 : null),
  ],
]);

/** The actions of the audit log that accepting a restore does once more; any other stays lost. */
export const reappliedActions: readonly string[] = [...reappliedBy.keys()];

/**
 * Does once more what a lost row of the audit log says was taken away.
 *
 * @returns what it came to, nothing where the database holds it already; null when the row took
 * nothing away for good.
 */
export async function reapply(
  work: Work,
  deed: Deed,
  imported: Imported,
): Promise<Repetition[] | null> {
  return (await reappliedBy.get(deed.action)?.(work, deed, imported)) ?? null;
}

/** @param revokedKeys - null where nothing had to be done. */
function repeated(deed: Deed, revokedKeys: number | null): Repetition[] {
  return revokedKeys === null ? [] : [{ deed, revokedKeys }];
}

function targetOf({ target }: Deed): string {
  return target ?? '';
}

async function revokeOne(work: Work, deed: Deed, imported: Imported) {
  const revocation = revocationOf(deed);
  if (revocation === undefined) return null;
  const done = await revokeByIds(work, [targetOf(deed)], revocation.reason);
  // One that is not there may be a line of an import: the log tells the import. A lost one never is.
  const isWaiting = deed.seq === null || imported.has(targetOf(deed));
  return done.flatMap(({ wasLive }) =>
    wasLive || isWaiting ? [{ deed, revokedKeys: wasLive ? 1 : 0 }] : [],
  );
}

/** Every key of the organization that was there: what was written since was not, or by an import. */
async function revokeAll(work: Work, deed: Deed, imported: Imported): Promise<Repetition[]> {
  const reason = 'all keys revoked';
  const orgId = targetOf(deed);
  const { at, seq, after } = deed;
  const seen = { orgId, id: { $nin: keysWrittenSince(work.em, after) } };
  const revokedKeys = await revoke(work, seen, reason);
  const ids = [...imported.values()]
    .filter((each) => seq !== null && each.seq < seq && each.orgId === orgId)
    .map(({ id }) => id);
  const ofImports = await revokeByIds(work, ids, reason);
  return [
    ...repeated(deed, revokedKeys > 0 ? revokedKeys : null),
    // Each by its id, because the place of its row does not tell it from what was made since.
    ...ofImports.map(({ id: target, wasLive }) => ({
      deed: { ...{ action: 'apiKeys.revoke', changes: { reason } }, at, seq, after, orgId, target },
      revokedKeys: wasLive ? 1 : 0,
    })),
  ];
}

async function endSubOrg(
  work: Work,
  deed: Deed,
  end: (work: Work, subOrg: SubOrg) => Promise<number | null>,
): Promise<Repetition[]> {
  const { em } = work;
  const id = Number(deed.target);
  const subOrg = await findSubOrg(em, { id, orgId: deed.orgId ?? '' });
  // One that was made since has the id of one that was lost.
  if (subOrg === null || (await isSubOrgMadeSince(em, deed.after, id))) return [];
  return repeated(deed, await end(work, subOrg));
}

/** @returns those that were not revoked before: live until now, or not there. */
async function revokeByIds(work: Work, all: readonly string[], reason: string | null) {
  const open: { readonly id: string; readonly wasLive: boolean }[] = [];
  for (const ids of batches(all)) {
    const found = await work.em.find(ApiKey, { id: { $in: ids } }, { disableIdentityMap: true });
    const isRevoked = new Map(found.map(({ id, revokedAt }) => [id, revokedAt != null]));
    for (const id of ids) {
      if (isRevoked.get(id) !== true) open.push({ id, wasLive: isRevoked.has(id) });
    }
    await revoke(work, { id: { $in: ids } }, reason);
  }
  return open;
}

function revoke(
  { em, now, services }: Work,
  where: QBFilterQuery<ApiKey>,
  reason: string | null,
): Promise<number> {
  const { random, database } = services;
  return revokeKeys(em, where, reason, { now, random, rowMacs: database.rowMacs });
}
