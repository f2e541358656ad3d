import { refusals } from '../../../core/mod.ts';
import { Extension } from '../../database/entities/extension.ts';
import { assertReachable } from '../assets/asset.ts';
import type { Work } from '../operation.ts';

/** The caller's extension with this id; 404 or 403 when it is not for the caller. */
export async function findExtension({ em, principal }: Work, id: number): Promise<Extension> {
  const extension = await em.findOne(Extension, { id, orgId: principal.organization.id });
  return assertReachable(extension, principal, 'Extension', refusals.extension_out_of_scope);
}
