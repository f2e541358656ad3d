import type { RowMacs } from '../crypto/row-macs.ts';
import type { EntityManager } from '../database/database.ts';
import { SubOrg } from '../database/entities/sub-org.ts';

/** A sub-org that is to be linked. */
type Linked = Pick<SubOrg, 'id' | 'orgId'>;

/**
 * Links a sub-org to a Clerk organization, whose members then act in it. The only place that writes
 * the link, because a link without its MAC gives nothing.
 */
export async function writeSubOrgLink(
  em: EntityManager,
  rowMacs: RowMacs,
  { id, orgId }: Linked,
  clerkId: string,
): Promise<void> {
  const linkMac = rowMacs.make('sub-org-link', [id, orgId, clerkId]);
  await em.nativeUpdate(SubOrg, { id }, { clerkId, linkMac });
}
