import type { Logger } from 'pino';
import type { RowMacs } from '../crypto/row-macs.ts';
import type { MemberRole } from '../sessions/session.ts';

declare const ofClerk: unique symbol;

/**
 * A time by Clerk's clock. It is compared with other times of Clerk only: against this server's own
 * clock, a server that is ahead would drop what Clerk takes away.
 */
export type ClerkTime = Date & { readonly [ofClerk]: true };

/**
 * Marks a time as Clerk's: from a webhook's event, a session token's `iat`, or an answer of its API.
 *
 * @param time - Unix milliseconds by Clerk's clock.
 */
export function clerkTime(time: number): ClerkTime {
  return new Date(time) as ClerkTime;
}

/** What Clerk holds about an organization, as of a time. */
export interface OrganizationChange {
  readonly id: string;
  readonly name: string;
  /** From `public_metadata.tier`; null when it is not 1, 2 or 3. */
  readonly tier: number | null;
  /** From `public_metadata.parent_org_id`. */
  readonly parentId: string | null;
  /** Names of metadata fields in another form than ours; none when absent. */
  readonly unusual?: readonly string[];
  readonly at: ClerkTime;
}

/** What Clerk holds about a user's membership, as of a time. */
export interface MembershipChange {
  readonly clerkOrgId: string;
  readonly userId: string;
  readonly role: MemberRole;
  /** False when the membership ended. */
  readonly active: boolean;
  /** What the user is called; null for nothing that can be seen, absent where that is not told. */
  readonly name?: string | null;
  readonly at: ClerkTime;
}

/** What a user is called, in every organization. */
export interface UserChange {
  readonly id: string;
  readonly name: string | null;
}

/** An organization or user that Clerk deleted: for good, so its time does not matter. */
export interface Deletion {
  readonly id: string;
}

/** What applying a change needs besides the transaction. */
export interface ApplyContext {
  /** Our own time, for the records that are written. */
  readonly now: Date;
  readonly logger: Pick<Logger, 'warn'>;
  readonly rowMacs: RowMacs;
}

/** The time of what Clerk has not told yet: anything it tells is newer. */
export const neverTold = clerkTime(0);
