import { AuditEvent } from '../../database/entities/audit-event.ts';
import type { EntityManager } from '../../database/entity-manager.ts';

// The audit log's order decides which rows came later: a timestamp is only one machine's clock.

/** The ids of keys that were written after a place in the audit log. */
export function keysWrittenSince(em: EntityManager, seq: number) {
  const action = { $in: ['apiKeys.create', 'apiKeys.import'] };
  return em
    .createQueryBuilder(AuditEvent)
    .select('target')
    .where({ seq: { $gt: seq }, target: { $ne: null }, action });
}

/** Whether a sub-org was made after a place in the audit log. */
export async function isSubOrgMadeSince(
  em: EntityManager,
  seq: number,
  id: number,
): Promise<boolean> {
  const action = { $in: ['subOrgs.create', 'subOrgs.add', 'clerk.subOrg.created'] };
  return (await em.count(AuditEvent, { seq: { $gt: seq }, action, target: String(id) })) > 0;
}
