import { LockMode } from '@mikro-orm/core';
import { descendantsOf } from '../../api-keys/lineage.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { writeSearchTexts } from '../../database/key-search.ts';
import type { OperationContext } from '../operation.ts';
import { recordChanges } from '../record-changes.ts';

/** What a key gave to those that it made, as far as it can change. */
type Given = Pick<
  ApiKey,
  'ipAllowList' | 'rateLimit' | 'serviceAccountId' | 'createdBy' | 'disabled'
>;

/** A key's limits and owner, to be compared with later ones. */
export function givenBy(key: ApiKey): Given {
  const { ipAllowList, rateLimit, serviceAccountId, createdBy, disabled } = key;
  return { ipAllowList, rateLimit, serviceAccountId, createdBy, disabled };
}

/**
 * Changes a `repurai` key's live descendants with it: none may do more than the key that made it. What
 * they still have from the key follows it, and what an admin gave to one alone stays. Disabling takes
 * all along; enabling a key enables no other.
 *
 * @param former - the key's limits and owner before the change.
 */
export async function changeDescendants(
  { em, now, audit, emit }: OperationContext,
  key: ApiKey,
  former: Given,
): Promise<void> {
  if (key.dialect !== 'repurai' || isSame(givenBy(key), former)) return;
  const descendants = await em.find(
    ApiKey,
    { ...descendantsOf(key), revokedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  const changed: ApiKey[] = [];
  for (const each of descendants) {
    const followed = <Field extends keyof Given>(field: Field) =>
      isSame(each[field], former[field]) ? key[field] : undefined;
    const changes = recordChanges(each, {
      ipAllowList: followed('ipAllowList'),
      rateLimit: followed('rateLimit'),
      serviceAccountId: followed('serviceAccountId'),
      createdBy: followed('createdBy'),
      disabled: key.disabled && !former.disabled ? true : undefined,
    });
    if (changes === null) continue;
    each.updatedAt = now;
    audit({ target: each.id, changes: { ...changes, with: key.id } });
    changed.push(each);
  }
  if (changed.length === 0) return;
  await em.flush();
  await writeSearchTexts(em, changed);
  for (const { id } of changed) await emit({ type: 'api_key.updated', keyId: id });
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
