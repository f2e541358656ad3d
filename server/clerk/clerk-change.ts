import type { Logger } from 'pino';
import type { RowMacs } from '../crypto/row-macs.ts';
import type { MemberRole } from '../sessions/session.ts';

declare const ofClerk: unique symbol;

/**
 * A time by Clerk's clock. It is compared only with other times from Clerk: compared with this
 * server's clock, a revocation by Clerk would be dropped by a server that is ahead.
 */
export type ClerkTime = Date & { readonly [ofClerk]: true };

/**
 * Marks a time as Clerk's: from a webhook's event, a session token's `iat`, or an API response.
 *
 * @param time - Unix milliseconds by Clerk's clock.
 */
export function clerkTime(time: number): ClerkTime {
  return new Date(time) as ClerkTime;
}

/** Clerk's state of an organization at a given time. */
export interface OrganizationChange {
  readonly id: string;
  readonly name: string;
  /** From `public_metadata.tier`; null when it is not 1, 2 or 3. */
  readonly tier: number | null;
  /** From `public_metadata.parent_org_id`. */
  readonly parentId: string | null;
  /** Names of metadata fields in an unexpected form; none when absent. */
  readonly unusual?: readonly string[];
  readonly at: ClerkTime;
}

/** Clerk's state of a user's membership at a given time. */
export interface MembershipChange {
  readonly clerkOrgId: string;
  readonly userId: string;
  readonly role: MemberRole;
  /** False when the membership ended. */
  readonly active: boolean;
  /**
   * The user's name; null where no visible character is left, absent where the source has no name.
   */
  readonly name?: string | null;
  readonly at: ClerkTime;
}

/** A user's name, in every organization. */
export interface UserChange {
  readonly id: string;
  readonly name: string | null;
}

/** Clerk's deletion of an organization or user: permanent, so its time does not matter. */
export interface Deletion {
  readonly id: string;
}

/** The context, in addition to the transaction, that a change is applied in. */
export interface ApplyContext {
  /** This server's time, for the written records. */
  readonly now: Date;
  readonly logger: Pick<Logger, 'warn'>;
  readonly rowMacs: RowMacs;
}

/** The time of a record without data from Clerk: any data from Clerk is newer. */
export const neverTold = clerkTime(0);
