import { LockMode } from '@mikro-orm/core';
import { formatPreview } from '../../../core/mod.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { Organization } from '../../database/entities/organization.ts';
import { emitKeyEvents } from '../../webhooks/outbox.ts';
import { revokeKeys } from '../api-keys/revoke-keys.ts';
import type { Work } from '../operation.ts';
import { type Consequence, consequenceOf } from './consequence.ts';

/** A secret that turned up somewhere. */
export interface Leak {
  /** What it may be stored under, one value for each pepper. */
  readonly lookups: readonly string[];
  /** Where it turned up, as far as told. */
  readonly places: readonly string[];
}

/** A leaked secret of ours. */
interface Finding extends Consequence {
  readonly secretRow: ApiKeySecret;
  readonly key: ApiKey;
}

/** How many values go into one statement. */
const batchSize = 500;

/** Fresh, and locked until the transaction ends; in one order, so that two calls do not deadlock. */
const locked = {
  lockMode: LockMode.PESSIMISTIC_WRITE,
  orderBy: { id: 'asc' },
  disableIdentityMap: true,
} as const;

/**
 * Takes leaked secrets back and tells their organizations.
 *
 * @returns the lookup values that are, or were, a secret of ours.
 */
export async function takeBack(work: Work, leaks: readonly Leak[]): Promise<ReadonlySet<string>> {
  const { em, now, services } = work;
  const findings = await find(work, leaks);
  if (findings.length === 0) return new Set();

  const context = { now, random: services.random };
  for (const ids of batches(keyIdsOf(findings, 'key revoked'))) {
    await revokeKeys(em, { id: { $in: ids } }, 'leaked', context);
  }
  for (const lookups of batches(lookupsOf(findings, 'grace ended'))) {
    await em.nativeUpdate(ApiKeySecret, { lookup: { $in: lookups } }, { retiresAt: now });
  }
  for (const [, alike] of Map.groupBy(findings, ({ secret, action }) => `${secret} ${action}`)) {
    const [{ secret, action } = { secret: 'retired', action: 'recorded' }] = alike;
    const keyIds = alike.map(({ key }) => key.id);
    await emitKeyEvents(em, { type: 'api_key.leaked', keyIds, data: { secret, action } }, context);
  }
  recordAll(work, leaks, findings);
  return new Set(findings.map(({ secretRow }) => secretRow.lookup));
}

/** What the leaks are, with everything that the decision rests on locked. */
async function find({ em, now }: Work, leaks: readonly Leak[]): Promise<Finding[]> {
  const lookups = leaks.flatMap((leak) => leak.lookups);
  const seen = await secretsUnder(em, lookups);
  const keyIds = [...new Set(seen.map(({ keyId }) => keyId))].sort();
  // As in revoking all: the organization first, then its keys.
  const orgIds = new Set<string>();
  for (const ids of batches(keyIds)) {
    const keys = await em.find(ApiKey, { id: { $in: ids } }, { disableIdentityMap: true });
    for (const { orgId } of keys) orgIds.add(orgId);
  }
  for (const ids of batches([...orgIds].sort())) {
    await em.find(Organization, { id: { $in: ids } }, locked);
  }
  const keys = new Map<string, ApiKey>();
  for (const ids of batches(keyIds)) {
    for (const key of await em.find(ApiKey, { id: { $in: ids } }, locked)) keys.set(key.id, key);
  }
  // Again, because a rotation may have come before the lock.
  const secrets = await secretsUnder(em, lookups);
  return secrets.flatMap((secretRow) => {
    const key = keys.get(secretRow.keyId);
    return key === undefined ? [] : [{ secretRow, key, ...consequenceOf(secretRow, key, now) }];
  });
}

async function secretsUnder(em: Work['em'], lookups: readonly string[]): Promise<ApiKeySecret[]> {
  const found: ApiKeySecret[] = [];
  for (const some of batches(lookups)) {
    const where = { lookup: { $in: some } };
    found.push(...(await em.find(ApiKeySecret, where, { disableIdentityMap: true })));
  }
  return found;
}

function keyIdsOf(findings: readonly Finding[], action: Consequence['action']): string[] {
  return findings.filter((each) => each.action === action).map(({ key }) => key.id);
}

function lookupsOf(findings: readonly Finding[], action: Consequence['action']): string[] {
  return findings.filter((each) => each.action === action).map(({ secretRow }) => secretRow.lookup);
}

function recordAll(work: Work, leaks: readonly Leak[], findings: readonly Finding[]): void {
  const places = new Map(leaks.flatMap((leak) => leak.lookups.map((each) => [each, leak.places])));
  for (const { secretRow, key, secret, action } of findings) {
    const { prefix, first4, last4, lookup } = secretRow;
    const preview = formatPreview(prefix, first4, last4);
    const changes = { secret, action, preview, places: places.get(lookup) ?? [] };
    work.audit({ orgId: key.orgId, target: key.id, changes });
  }
}

function batches<Value>(values: readonly Value[]): Value[][] {
  const count = Math.ceil(values.length / batchSize);
  return Array.from({ length: count }, (_, index) =>
    values.slice(index * batchSize, (index + 1) * batchSize),
  );
}
