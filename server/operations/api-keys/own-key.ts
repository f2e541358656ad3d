import { recordOf, type ShownKey } from '../../api-keys/key-record.ts';
import { sqlOf, valuesOf } from '../../database/conditions.ts';
import { notFound } from '../../wire/problem.ts';
import type { OperationContext } from '../operation.ts';
import { reached } from './key-conditions.ts';

type Reading = Pick<OperationContext, 'services' | 'principal' | 'now'>;

/**
 * Reads the caller's key with this id, outside a transaction. A dialect's own paths reach its own keys
 * only; on those of `repurai` a revoked key is gone.
 *
 * @throws {Problem} 404, the same for an unknown id and another organization's.
 */
export async function ownKey(work: Reading, id: string): Promise<ShownKey> {
  await assertOwnKey(work, id);
  return recordOf(work.services.database.rows, id, work.now);
}

/** The same check, where the key's record is not needed. */
export async function assertOwnKey({ services, principal }: Reading, id: string): Promise<void> {
  const where = reached(principal.organization.id, principal.dialect);
  const [found] = await services.database.rows.all<unknown>(
    `select 1 from api_key k where k.id = ? and ${sqlOf(where)}`,
    [id, ...valuesOf(where)],
  );
  if (found === undefined) throw notFound('API key', 'api_key_not_found');
}
