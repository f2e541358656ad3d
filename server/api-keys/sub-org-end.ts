import type { SubOrg } from '../database/entities/sub-org.ts';

/** Why the keys of an archived sub-org are revoked. */
export const archived = 'sub-organization archived';

/** Why the keys of a removed sub-org are revoked. */
export const removed = 'sub-organization removed';

/** Why the keys of a sub-org are revoked; null for one that is active. */
export function endOf({ archivedAt, removedAt }: SubOrg): string | null {
  if (archivedAt != null) return archived;
  return removedAt == null ? null : removed;
}
