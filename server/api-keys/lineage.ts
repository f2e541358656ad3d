import type { ApiKey } from '../database/entities/api-key.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { OutboxContext } from './key-events.ts';
import { revokeKeys } from './revoke-keys.ts';

/** A key's place among those that keys made. */
export type Placed = Pick<ApiKey, 'id' | 'lineage'>;

/** The beginning of the lineage of every key that descends from this one. */
export function lineageBelow({ id, lineage }: Placed): string {
  return `${lineage ?? ''}${id}/`;
}

/** The key that no key made, which a key descends from or is. */
export function rootOf(key: Placed): string {
  const [root = key.id] = lineageBelow(key).split('/');
  return root;
}

/** The number of keys that a key descends from. */
export function depthOf({ lineage }: Pick<ApiKey, 'lineage'>): number {
  return (lineage ?? '').split('/').length - 1;
}

/** Whether a key is another one, or descends from it. */
export function isWithin(key: Placed, ancestorId: string): boolean {
  return key.id === ancestorId || (key.lineage ?? '').includes(`${ancestorId}/`);
}

/** The condition on the keys that descend from one, by the index of lineages. */
export function descendantsOf(key: Placed) {
  const below = lineageBelow(key);
  // The character after the slash ends the range.
  return { lineage: { $gte: below, $lt: `${below.slice(0, -1)}0` } };
}

/**
 * Revokes every live key that descends from one, and writes their events.
 *
 * @returns their ids.
 */
export function revokeDescendants(
  em: EntityManager,
  key: Placed,
  reason: string | null,
  context: OutboxContext,
): Promise<string[]> {
  return revokeKeys(em, descendantsOf(key), reason, context);
}
