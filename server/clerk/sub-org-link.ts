import type { RowMacs } from '../crypto/row-macs.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** A sub-org to link. */
type Linked = Pick<SubOrg, 'id' | 'orgId'>;

// The only place that writes links, because a link without its MAC has no effect.

/** Links a sub-org to a Clerk organization, whose members then act in it. */
export async function writeSubOrgLink(
  em: EntityManager,
  rowMacs: RowMacs,
  { id, orgId }: Linked,
  clerkId: string,
): Promise<void> {
  const linkMac = rowMacs.make('sub-org-link', [id, orgId, clerkId]);
  await em.nativeUpdate(SubOrg, { id }, { clerkId, formerClerkId: null, linkMac });
}

/** Ends a sub-org's link, if it has one, and records its former Clerk organization. */
export async function endSubOrgLink(
  em: EntityManager,
  rowMacs: RowMacs,
  { id, orgId, clerkId }: Linked & Pick<SubOrg, 'clerkId'>,
): Promise<void> {
  if (clerkId == null) return;
  const linkMac = rowMacs.make('former-sub-org-link', [id, orgId, clerkId]);
  await em.nativeUpdate(SubOrg, { id }, { clerkId: null, formerClerkId: clerkId, linkMac });
}

/**
 * The sub-org that was linked to a Clerk organization. A removed one comes first: its removal
 * stands. Any other counts only with a valid MAC, because it grants rights.
 */
export async function formerSubOrg(
  em: EntityManager,
  rowMacs: RowMacs,
  orgId: string,
  formerClerkId: string,
): Promise<SubOrg | null> {
  const found = await em.find(
    SubOrg,
    { orgId, formerClerkId },
    { disableIdentityMap: true, orderBy: { id: 'desc' } },
  );
  const removed = found.find(({ removedAt }) => removedAt != null);
  if (removed !== undefined) return removed;
  const isOurs = ({ id, linkMac }: SubOrg) =>
    rowMacs.verify('former-sub-org-link', [id, orgId, formerClerkId], linkMac, orgId);
  return found.find(isOurs) ?? null;
}
