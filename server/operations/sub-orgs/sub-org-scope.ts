import { inSubOrgScope, type Refusal } from '../../../core/mod.ts';
import type { EntityManager } from '../../database/database.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import type { Principal } from '../access.ts';
import { invalidField, refused } from '../problem.ts';

/**
 * Which sub-org a request is about: the caller's own when it is held to one, else the one it names.
 *
 * @param named - the request's `sub_org_id`; null when absent.
 * @param outside - the refusal for a held caller that names another.
 * @param use - `assign` needs an active sub-org, `filter` also takes an archived one.
 * @throws {Problem} 403 when a held caller names another sub-org.
 * @throws {InvalidInput} when the id names no such sub-org of the caller's organization.
 */
export async function resolveSubOrg(
  em: EntityManager,
  principal: Principal,
  named: number | null,
  outside: Refusal,
  use: 'assign' | 'filter',
): Promise<number | null> {
  if (named === null) return principal.subOrgId;
  if (!inSubOrgScope(principal.subOrgId, named)) throw refused(outside);
  const found = await em.count(SubOrg, {
    id: named,
    orgId: principal.organization.id,
    removedAt: null,
    ...(use === 'assign' ? { archivedAt: null } : {}),
  });
  if (found === 0) {
    throw invalidField('subOrgId', 'not an active sub-organization of your organization');
  }
  return named;
}
