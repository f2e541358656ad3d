import type { EntityManager } from '../database/entity-manager.ts';
import type { NewAuditEvent } from './audit-row.ts';

/** Recorded events of open transactions; an entry lives as long as its transaction. */
const recorded = new WeakMap<EntityManager, NewAuditEvent[]>();

/** Recorded actions that are not operations. A test requires a restore rule for each. */
export const systemActions = [
  'anthropicKey.refused',
  'apiKeys.import',
  'clerk.membership',
  'clerk.organization',
  'clerk.organization.deleted',
  'clerk.subOrg.created',
  'clerk.subOrg.linked',
  'clerk.subOrg.stayedRemoved',
  'clerk.subOrg.unlinked',
  'clerk.user.deleted',
  'integrity.forgedRow',
  'server.secretChanged',
  'webhooks.disable',
] as const;

export type SystemAction = (typeof systemActions)[number];

/** An event from a source other than an operation. */
export type SystemEvent = NewAuditEvent & { readonly action: SystemAction };

/**
 * Records an event of a transaction; the commit writes it into the audit log.
 *
 * @param em - the one from `Database.transaction`.
 * @throws outside a transaction: the log would show an event that may never have happened.
 */
export function recordEvent(em: EntityManager, event: SystemEvent): void {
  recordOperation(em, event);
}

/** The same for an operation, whose name is the action. */
export function recordOperation(em: EntityManager, event: NewAuditEvent): void {
  const events = recorded.get(em);
  if (events === undefined) throw new Error('audit events are recorded in a transaction');
  events.push(event);
}

/**
 * Runs a transaction's work, then passes on its recorded events.
 *
 * @param append - writes the events, and returns the new end of the log.
 */
export async function withRecording<T, Head>(
  em: EntityManager,
  work: (em: EntityManager) => Promise<T>,
  append: (events: readonly NewAuditEvent[]) => Promise<Head>,
): Promise<{ readonly result: T; readonly head?: Head }> {
  const events: NewAuditEvent[] = [];
  recorded.set(em, events);
  const result = await work(em);
  recorded.delete(em);
  if (events.length === 0) return { result };
  // Without this flush, pending writes would take locks after the log's head.
  await em.flush();
  return { result, head: await append(events) };
}
