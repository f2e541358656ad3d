import { LockMode } from '@mikro-orm/core';
import { type OutboxContext, publishKeyEvents } from '../../api-keys/key-events.ts';
import { notEnded, previewOf } from '../../api-keys/key-record.ts';
import { revokeDescendants } from '../../api-keys/lineage.ts';
import { revokeKeys } from '../../api-keys/revoke-keys.ts';
import { batches } from '../../database/batches.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { Organization } from '../../database/entities/organization.ts';
import type { OperationContext } from '../operation.ts';
import { type Consequence, consequenceOf, type Leak } from './leak.ts';

/** A leaked secret of ours. */
interface Finding extends Consequence {
  readonly secretRow: ApiKeySecret;
  readonly key: ApiKey;
  readonly leak: Leak;
}

/** Values, or leaks with all their lookup values, in one statement. */
const batchSize = 1000;

/**
 * Reads fresh rows and locks them until the transaction ends; the fixed order keeps two calls from
 * a deadlock.
 */
const locked = {
  lockMode: LockMode.PESSIMISTIC_WRITE,
  orderBy: { id: 'asc' },
  disableIdentityMap: true,
} as const;

/**
 * Takes leaked secrets back and notifies their organizations.
 *
 * @returns the lookup values that are, or were, a secret of ours.
 */
export async function takeBack(
  work: OperationContext,
  leaks: readonly Leak[],
): Promise<ReadonlySet<string>> {
  const { em, now, services } = work;
  const findings = await find(work, leaks);
  if (findings.length === 0) return new Set();

  const context = { now, random: services.random, rowMacs: services.database.rowMacs };
  for (const ids of batches(keyIdsOf(findings, 'key revoked'), batchSize)) {
    await revokeKeys(em, { id: { $in: ids } }, 'leaked', context);
  }
  await revokeMade(work, findings, context);
  // By every lookup value of the secret: its row may move to another one at any time. The update
  // also applies where this process's clock says that the grace is over: another's may not.
  for (const lookups of batches(
    findings.flatMap(({ leak }) => leak.lookups),
    batchSize,
  )) {
    const where = { lookup: { $in: lookups }, ...notEnded };
    await em.nativeUpdate(ApiKeySecret, where, { retiredAt: now });
  }
  for (const round of rounds(findings)) {
    const data = (keyId: string) => eventData(round.get(keyId));
    await publishKeyEvents(
      em,
      { type: 'api_key.leaked', keyIds: [...round.keys()], data },
      context,
    );
  }
  for (const finding of findings) {
    const { key } = finding;
    work.audit({
      orgId: key.orgId,
      target: key.id,
      changes: { ...describe(finding), fingerprints: finding.leak.fingerprints },
    });
  }
  return new Set(findings.map(({ secretRow }) => secretRow.lookup));
}

/**
 * Revokes what leaked keys made, also where the key itself is revoked already: a thief who has it revoke
 * itself must not keep what it made. Each key has its own row in the log, which a restore repeats.
 */
async function revokeMade(
  work: OperationContext,
  findings: readonly Finding[],
  context: OutboxContext,
): Promise<void> {
  for (const { key, action } of findings) {
    const isRevoked = action === 'key revoked' || key.revokedAt != null;
    if (!isRevoked || key.dialect !== 'repurai') continue;
    for (const id of await revokeDescendants(work.em, key, 'leaked', context)) {
      work.audit({
        orgId: key.orgId,
        target: id,
        changes: { action: 'key revoked', with: key.id },
      });
    }
  }
}

/** The key and the consequence of each leak, with every row that the decision rests on locked. */
async function find({ em, now }: OperationContext, leaks: readonly Leak[]): Promise<Finding[]> {
  const seen = await secretsOf(em, leaks);
  if (seen.length === 0) return [];
  const keyIds = [...new Set(seen.map(({ keyId }) => keyId))].sort();
  // The lock order of `apiKeys.revokeAll`: the organization first, then its keys.
  const orgIds = new Set<string>();
  for (const ids of batches(keyIds, batchSize)) {
    const keys = await em.find(ApiKey, { id: { $in: ids } }, { disableIdentityMap: true });
    for (const { orgId } of keys) orgIds.add(orgId);
  }
  for (const ids of batches([...orgIds].sort(), batchSize)) {
    await em.find(Organization, { id: { $in: ids } }, locked);
  }
  const keys = new Map<string, ApiKey>();
  for (const ids of batches(keyIds, batchSize)) {
    for (const key of await em.find(ApiKey, { id: { $in: ids } }, locked)) keys.set(key.id, key);
  }
  // Read again, because a rotation may have come before the lock.
  const secrets = await secretsOf(em, leaks);
  const leakUnder = new Map(leaks.flatMap((leak) => leak.lookups.map((each) => [each, leak])));
  return secrets.flatMap((secretRow) => {
    const key = keys.get(secretRow.keyId);
    const leak = leakUnder.get(secretRow.lookup);
    if (key === undefined || leak === undefined) return [];
    return [{ secretRow, key, leak, ...consequenceOf(secretRow, key, now) }];
  });
}

/** Each leak's lookup values in one statement: a secret that moves is found under either. */
async function secretsOf(
  em: OperationContext['em'],
  leaks: readonly Leak[],
): Promise<ApiKeySecret[]> {
  const found: ApiKeySecret[] = [];
  for (const some of batches(leaks, batchSize)) {
    const where = { lookup: { $in: some.flatMap(({ lookups }) => lookups) } };
    const rows = await em.find(ApiKeySecret, where, { disableIdentityMap: true });
    for (const row of rows) found.push(row);
  }
  return found;
}

function keyIdsOf(findings: readonly Finding[], action: Consequence['action']): string[] {
  return findings.filter((each) => each.action === action).map(({ key }) => key.id);
}

/** Findings by key, each key once in a round: several secrets of one key may have leaked. */
function rounds(findings: readonly Finding[]): Map<string, Finding>[] {
  const all: Map<string, Finding>[] = [];
  for (const [keyId, ofKey] of Map.groupBy(findings, ({ key }) => key.id)) {
    for (const [index, finding] of ofKey.entries()) {
      all[index] ??= new Map();
      all[index].set(keyId, finding);
    }
  }
  return all;
}

/**
 * The action taken and the places of the secret; `url` is the first place, null when none was
 * reported.
 */
function eventData(finding: Finding | undefined): Record<string, unknown> {
  if (finding === undefined) return {};
  return { ...describe(finding), url: finding.leak.places[0] ?? null };
}

/** The preview is the leaked secret's, which is not the key's own after a rotation. */
function describe({ secretRow, secret, action, leak: { places } }: Finding) {
  return { secret, action, preview: previewOf(secretRow), places };
}
