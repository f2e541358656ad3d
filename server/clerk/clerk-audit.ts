import { newId } from '../../core/mod.ts';
import { recordEvent, type SystemAction } from '../audit/record-event.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** Something that Clerk told and that changed what is recorded here. */
export interface ClerkAuditEvent {
  /** The Clerk organization that it is about; null when it is about none. */
  readonly clerkOrgId: string | null;
  readonly action: Extract<SystemAction, `clerk.${string}`>;
  readonly target: string;
  readonly changes?: Readonly<Record<string, unknown>>;
}

/**
 * Records it in the audit log of the organization that answers for it: for a sub-org's Clerk
 * organization that is the parent.
 */
export async function auditClerk(
  em: EntityManager,
  event: ClerkAuditEvent,
  now: Date,
): Promise<void> {
  const { clerkOrgId, ...what } = event;
  recordClerkEvent(em, await auditedOrganization(em, clerkOrgId), what, now);
}

/** The organization that answers for a Clerk organization. */
export async function auditedOrganization(
  em: EntityManager,
  clerkOrgId: string | null,
): Promise<string | null> {
  if (clerkOrgId === null) return null;
  const subOrg = await em.findOne(SubOrg, { clerkId: clerkOrgId }, { disableIdentityMap: true });
  return subOrg?.orgId ?? clerkOrgId;
}

/** Records it in the audit log of an organization. */
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
