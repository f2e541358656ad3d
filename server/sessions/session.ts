/** The two roles that RepoRisk knows; Clerk's custom roles count as `member`. */
export type MemberRole = 'admin' | 'member';

/** An id as Clerk makes them: nothing that a database could not store. */
export const clerkIdPattern = /^[\w-]{1,200}$/;

/** What a verified Clerk session token says. What its holder may do is in the database. */
export interface Session {
  readonly userId: string;
  readonly sessionId: string;
  /** The Clerk organization that the token names; null when none is selected. */
  readonly organizationId: string | null;
  /** The role as the token says; it may have been taken away since. */
  readonly role: MemberRole | null;
  /** The id of the user who acts in this one's place, `unknown` where it cannot be read; else null. */
  readonly impersonatedBy: string | null;
  /** By Clerk's clock. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Watches over the signatures that a verification costs. */
export interface SignatureAttempts {
  /** Called before a signature is verified; may throw to refuse. */
  check(): void;
  /** Called when the token was not signed by the issuer; may throw to refuse. */
  count(): Promise<void>;
}

/** Turns a token into a session. */
export interface SessionVerifier {
  /**
   * @param token - the token as presented.
   * @param attempts - none when absent.
   * @returns the session, or null when the token is not valid; a bad token never throws.
   */
  verify(token: string, attempts?: SignatureAttempts): Promise<Session | null>;
}

/**
 * A role by its key at Clerk.
 *
 * @param key - `org:admin`, the older `admin`, or any other role's key.
 */
export function memberRole(key: string): MemberRole {
  return key === 'org:admin' || key === 'admin' ? 'admin' : 'member';
}
