import { newId } from '../../core/mod.ts';
import { recordEvent, type SystemAction } from '../audit/record-event.ts';
import type { EntityManager } from '../database/database.ts';
import { SubOrg } from '../database/entities/sub-org.ts';

/** Something that Clerk told and that changed what is recorded here. */
export interface ClerkEvent {
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
export async function auditClerk(em: EntityManager, event: ClerkEvent, now: Date): Promise<void> {
  const { clerkOrgId, action, target, changes = null } = event;
  const subOrg =
    clerkOrgId === null
      ? null
      : await em.findOne(SubOrg, { clerkId: clerkOrgId }, { disableIdentityMap: true });
  recordEvent(em, {
    id: newId('evt', now.getTime()),
    orgId: subOrg?.orgId ?? clerkOrgId,
    at: now,
    actor: 'clerk',
    action,
    target,
    changes,
    ipAddress: null,
    requestId: null,
  });
}
