import type { EntityManager } from '../database/entity-manager.ts';
import type { NewAuditEvent } from './audit-row.ts';

/** What transactions under way have recorded so far; it goes when they go. */
const recorded = new WeakMap<EntityManager, NewAuditEvent[]>();

/** What is recorded beside operations. A test asks of each what a restore does with it. */
export const systemActions = [
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

/** What something else than an operation did. */
export type SystemEvent = NewAuditEvent & { readonly action: SystemAction };

/**
 * Records what a transaction does, to be written into the audit log at its end.
 *
 * @param em - the one that `Database.transaction` gave.
 * @throws outside a transaction: an event without its cause would be a lie.
 */
export function recordEvent(em: EntityManager, event: SystemEvent): void {
  recordOperation(em, event);
}

/** The same of an operation, whose name is the action. */
export function recordOperation(em: EntityManager, event: NewAuditEvent): void {
  const events = recorded.get(em);
  if (events === undefined) throw new Error('audit events are recorded in a transaction');
  events.push(event);
}

/**
 * Runs a transaction's work, and then hands over what it has recorded.
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
  // What the work has not written yet would take locks behind the log's.
  await em.flush();
  return { result, head: await append(events) };
}
