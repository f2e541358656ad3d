import { type Environment, refusals } from '../../../core/mod.ts';
import { Repo } from '../../database/entities/repo.ts';
import { assertReachable } from '../assets/asset.ts';
import { environmentOf } from '../assets/environment.ts';
import type { OperationContext } from '../operation.ts';

/** The caller's repository with this id and environment; 404 or 403 when it is not for the caller. */
export async function findRepo(
  { em, principal }: OperationContext,
  id: number,
  asked?: Environment,
): Promise<Repo> {
  const repo = await em.findOne(Repo, {
    ...{ id, orgId: principal.organization.id },
    environment: environmentOf(principal, asked),
  });
  return assertReachable(repo, principal, 'Repository', refusals.repository_out_of_scope);
}
