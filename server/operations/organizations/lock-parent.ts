import { lockOrganizations } from '../../clerk/lock-organizations.ts';
import type { Organization } from '../../database/entities/organization.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { Problem } from '../../wire/problem.ts';

/**
 * Locks an organization that is, or may become, a parent; makes its row where there is none.
 *
 * @param em - the transaction's.
 * @throws {Problem} 409 when Clerk deleted it, or it is another organization's sub-org.
 */
export async function lockParent(em: EntityManager, id: string, now: Date): Promise<Organization> {
  const organization = (await lockOrganizations(em, [id], now)).get(id);
  if (organization === undefined) throw new Error('unreachable: it was locked');
  if (organization.deletedAt) throw new Problem(409, 'Organization was deleted at Clerk');
  await assertNoSubOrg(em, id);
  return organization;
}

/** @throws {Problem} 409 that names the parent. */
export async function assertNoSubOrg(em: EntityManager, clerkId: string): Promise<void> {
  const subOrg = await em.findOne(SubOrg, { clerkId }, { disableIdentityMap: true });
  if (subOrg === null) return;
  throw new Problem(
    409,
    `Organization is already sub-organization ${subOrg.id} of ${subOrg.orgId}`,
  );
}
