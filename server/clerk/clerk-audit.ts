import { newId } from '../../core/mod.ts';
import { recordEvent, type SystemAction } from '../audit/record-event.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** A change from Clerk that altered a record here. */
export interface ClerkAuditEvent {
  /** The Clerk organization of the change; null when there is none. */
  readonly clerkOrgId: string | null;
  readonly action: Extract<SystemAction, `clerk.${string}`>;
  readonly target: string;
  readonly changes?: Readonly<Record<string, unknown>>;
}

/**
 * Records the change in the audit log of the accountable organization: for a sub-org's Clerk
 * organization, that is the parent.
 */
export async function auditClerk(
  em: EntityManager,
  event: ClerkAuditEvent,
  now: Date,
): Promise<void> {
  const { clerkOrgId, ...what } = event;
  recordClerkEvent(em, await auditedOrganization(em, clerkOrgId), what, now);
}

/** The accountable organization of a Clerk organization. */
export async function auditedOrganization(
  em: EntityManager,
  clerkOrgId: string | null,
): Promise<string | null> {
  if (clerkOrgId === null) return null;
  const subOrg = await em.findOne(SubOrg, { clerkId: clerkOrgId }, { disableIdentityMap: true });
  return subOrg?.orgId ?? clerkOrgId;
}

/** Records a change from Clerk in an organization's audit log. */
export function recordClerkEvent(
  em: EntityManager,
  orgId: string | null,
  { action, target, changes }: Omit<ClerkAuditEvent, 'clerkOrgId'>,
  now: Date,
): void {
  recordEvent(em, {
    id: newId('evt', now.getTime()),
    orgId,
    at: now,
    actor: 'clerk',
    action,
    target,
    changes: changes ?? null,
    ipAddress: null,
    requestId: null,
  });
}
