import { LockMode } from '@mikro-orm/core';
import { inSubOrgScope, type Refusal, refusals } from '../../../core/mod.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { invalidField, refused } from '../../wire/problem.ts';
import type { OperationContext } from '../operation.ts';

/**
 * The sub-org of a request: the caller's own when it is held to one, else the named one.
 *
 * @param named - the request's `sub_org_id`; null when absent.
 * @param outside - the refusal for a held caller that names another.
 * @param use - `assign` needs an active sub-org, and holds it so until the transaction ends; `filter`
 * also takes an archived one.
 * @throws {Problem} 403 when a held caller names another sub-org; 401 or 403 when its own was archived
 * since the request came.
 * @throws {InvalidInput} when the id names no such sub-org of the caller's organization.
 */
export async function resolveSubOrg(
  work: Pick<OperationContext, 'em' | 'principal'>,
  named: number | null,
  outside: Refusal,
  use: 'assign' | 'filter',
): Promise<number | null> {
  const { principal } = work;
  if (named !== null && !inSubOrgScope(principal.subOrgId, named)) throw refused(outside);
  const id = named ?? principal.subOrgId;
  if (id === null || (named === null && use === 'filter')) return id;
  const where = { id, orgId: principal.organization.id, removedAt: null };
  const found =
    use === 'filter'
      ? await work.em.findOne(SubOrg, where)
      : await work.em.findOne(
          SubOrg,
          { ...where, archivedAt: null },
          { lockMode: LockMode.PESSIMISTIC_READ },
        );
  if (found !== null) return id;
  if (named !== null) {
    throw invalidField('subOrgId', 'not an active sub-organization of your organization');
  }
  const isKey = principal.kind === 'key';
  throw refused(isKey ? refusals.invalid_key : refusals.insufficient_permissions);
}
