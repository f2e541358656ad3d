import { z } from 'zod';
import type { LookupScheme } from '../../../core/mod.ts';
import { previewOf } from '../../api-keys/key-record.ts';
import { descendantsOf, rootOf } from '../../api-keys/lineage.ts';
import { type Deed, fingerprintsIn, revocationOf } from '../../audit/deed.ts';
import { lookupsIn } from '../../crypto/secret-fingerprints.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import type { OperationContext } from '../operation.ts';
import { closeSecrets, endSecrets, revoke } from './close-secrets.ts';
import { type DeedOutcome, type DeedOutcomes, done, held, left } from './deed-outcome.ts';
import type { LostKey, LostKeys } from './lost-keys.ts';
import { keysWrittenSince } from './made-since.ts';

/** The shared state of repeated deeds. */
export interface Repeating {
  readonly work: OperationContext;
  readonly lost: LostKeys;
  /** Every scheme of the fingerprints. */
  readonly schemes: readonly LookupScheme[];
  /** Ids of the sub-orgs made while deeds were repeated. */
  readonly madeSubOrgs: Set<number>;
}

const fresh = { disableIdentityMap: true } as const;

const leak = z.object({ secret: z.string(), preview: z.string() });

/** Revokes the one key that a deed names, or closes its leaked secret. */
export async function revokeAgain(repeating: Repeating, deed: Deed): Promise<DeedOutcomes> {
  const revocation = revocationOf(deed);
  return [
    revocation === undefined
      ? await takeBackAgain(repeating, deed)
      : await revokeOne(repeating, deed, revocation.reason, revocation.takesDescendants),
  ];
}

async function revokeOne(
  { work, lost, schemes }: Repeating,
  deed: Deed,
  reason: string | null,
  takesDescendants: boolean,
): Promise<DeedOutcome> {
  const id = deed.target ?? '';
  const key = await work.em.findOne(ApiKey, { id }, fresh);
  let revoked = key === null ? 0 : await revoke(work, { id }, reason);
  // What it made since has no row in the lost history.
  if (key !== null && takesDescendants) revoked += await revoke(work, descendantsOf(key), reason);
  const secrets = [
    ...new Set([
      ...deed.secrets,
      ...fingerprintsIn(deed.changes),
      ...(lost.fingerprints.get(id) ?? []),
    ]),
  ];
  const lookups = lookupsIn(secrets, schemes);
  const closed = await closeSecrets(work, lookups, id, reason);
  // A key that is absent may be a line of an import: the import finds its revocation in the log.
  const isWaiting = key === null && (deed.seq === null || lost.keys.get(id)?.isInBoth === true);
  if (revoked > 0 || closed.isNew || isWaiting) {
    return done({ ...deed, secrets }, revoked + closed.revokedKeys);
  }
  if (key !== null || lookups.length > 0) return held;
  return left(
    `revocation of ${id} (its key is not in this database, and the journal has no fingerprint of its secret that can be compared): import that secret nowhere`,
  );
}

/** A secret that was retiring, or retired, may be the current one here. */
async function takeBackAgain({ work, schemes }: Repeating, deed: Deed): Promise<DeedOutcome> {
  const keyId = deed.target ?? '';
  const told = leak.safeParse(deed.changes).data;
  const lookups = lookupsIn(fingerprintsIn(deed.changes), schemes);
  const secrets = await work.em.find(ApiKeySecret, { keyId }, fresh);
  const shown = secrets.filter((each) => lookups.length === 0 && previewOf(each) === told?.preview);
  const ended = await endSecrets(work, shown, 'leaked');
  const closed = await closeSecrets(work, lookups, keyId, 'leaked');
  if (ended.isNew || closed.isNew) return done(deed, ended.revokedKeys + closed.revokedKeys);
  if (lookups.length > 0 || shown.length > 0) return held;
  return left(
    `leak of ${told?.preview ?? 'a secret'} of ${keyId} (the secret is not in this database, and the journal names no fingerprint of it): import it nowhere`,
  );
}

/**
 * Revokes every key that the organization had then, and what those made since; other keys written or
 * imported later are not included.
 */
export async function revokeAllAgain(repeating: Repeating, deed: Deed): Promise<DeedOutcomes> {
  const reason = 'all keys revoked';
  const { work } = repeating;
  const orgId = deed.target ?? '';
  const since = keysWrittenSince(work.em, deed.after);
  let revokedKeys = await revoke(work, { orgId, id: { $nin: since } }, reason);
  const madeSince = { orgId, id: { $in: since }, lineage: { $ne: null } };
  for (const key of await work.em.find(ApiKey, { ...madeSince, revokedAt: null }, fresh)) {
    const root = { orgId, id: { $in: [rootOf(key)], $nin: since } };
    if ((await work.em.count(ApiKey, root)) === 0) continue;
    revokedKeys += await revoke(work, { id: key.id }, reason);
  }
  const own = done(deed, revokedKeys > 0 ? revokedKeys : null);
  return [own, ...(await revokeLost(repeating, deed, (key) => key.orgId === orgId, reason))];
}

/**
 * Revokes the keys that the lost history had made or rotated before a deed that took more than one.
 * Each is revoked by its id and with its secrets: the place of the deed's row does not separate it
 * from keys made since.
 */
export async function revokeLost(
  repeating: Repeating,
  { at, seq, after }: Deed,
  isTaken: (key: LostKey) => boolean,
  reason: string,
): Promise<DeedOutcome[]> {
  const outcomes: DeedOutcome[] = [];
  for (const key of repeating.lost.keys.values()) {
    if (seq === null || key.seq > seq || !isTaken(key)) continue;
    const { id: target, orgId } = key;
    const revocation = { action: 'apiKeys.revoke', changes: { reason }, secrets: [] };
    const deed = { ...revocation, at, seq, after, orgId, target };
    outcomes.push(await revokeOne(repeating, deed, reason, true));
  }
  return outcomes;
}
