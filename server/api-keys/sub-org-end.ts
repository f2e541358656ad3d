import type { SubOrg } from '../database/entities/sub-org.ts';

/** Revocation reason for keys of an archived sub-org. */
export const archived = 'sub-organization archived';

/** Revocation reason for keys of a removed sub-org. */
export const removed = 'sub-organization removed';

/** Revocation reason for keys of a sub-org; null for an active one. */
export function endOf({ archivedAt, removedAt }: SubOrg): string | null {
  if (archivedAt != null) return archived;
  return removedAt == null ? null : removed;
}
