import type { EntityManager } from '../../database/database.ts';
import { takeTurns } from '../../database/take-turns.ts';

/**
 * Lets no import write a key until the transaction ends.
 *
 * @param em - the transaction's.
 */
export function holdImports(em: EntityManager): Promise<void> {
  return takeTurns(em, 'key import');
}
