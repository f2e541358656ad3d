import { AuditEvent } from '../database/entities/audit-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';

const pageSize = 1_000;

/**
 * The rows of the log in order, one page per query.
 *
 * @param end - the last place to read.
 */
export async function* rowsUpTo(em: EntityManager, end: number): AsyncGenerator<AuditEvent> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await em.find(
      AuditEvent,
      { seq: { $gt: after, $lte: end } },
      { orderBy: { seq: 'asc' }, limit: pageSize, disableIdentityMap: true },
    );
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}
