import { type Environment, refusals } from '../../../core/mod.ts';
import { Extension } from '../../database/entities/extension.ts';
import { assertReachable } from '../assets/asset.ts';
import { environmentOf } from '../assets/environment.ts';
import type { OperationContext } from '../operation.ts';

/** The caller's extension with this id and environment; 404 or 403 when it is not for the caller. */
export async function findExtension(
  { em, principal }: OperationContext,
  id: number,
  asked?: Environment,
): Promise<Extension> {
  const extension = await em.findOne(Extension, {
    ...{ id, orgId: principal.organization.id },
    environment: environmentOf(principal, asked),
  });
  return assertReachable(extension, principal, 'Extension', refusals.extension_out_of_scope);
}
