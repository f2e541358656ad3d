import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '../database/entity-manager.ts';
import { cutPage, decodeCursor } from './page.ts';

/**
 * One page of an entity's rows, newest first: ids grow with time, so the id alone is the position.
 *
 * @param where - the condition on the rows; always limits them to the caller's own.
 */
export async function listById<Entity extends { id: string | number }>(
  em: EntityManager,
  entity: EntityName<Entity>,
  where: FilterQuery<NoInfer<Entity>>,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly items: readonly Entity[]; readonly nextCursor: string | null }> {
  const idType = em.getMetadata().get(entity).getPrimaryProp().runtimeType;
  const start = decodeCursor(cursor, 'string', idType === 'number' ? 'number' : 'string');
  const conditions = start === null ? [where] : [where, { id: { $lt: start[1] } }];
  const rows = await em.find(entity, { $and: conditions } as FilterQuery<Entity>, {
    orderBy: { id: 'desc' } as never,
    limit: limit + 1,
  });
  return cutPage(rows as Entity[], limit, (row) => ['', row.id]);
}
