/** RepoRisk's two roles; Clerk's custom roles count as `member`. */
export type MemberRole = 'admin' | 'member';

/** An id in Clerk's format; any database can store it. */
export const clerkIdPattern = /^[\w-]{1,200}$/;

/** The content of a verified Clerk session token. The user's present rights are in the database. */
export interface Session {
  readonly userId: string;
  readonly sessionId: string;
  /** The token's Clerk organization; null when none is selected. */
  readonly organizationId: string | null;
  /** The role in the token; the user may have lost it since. */
  readonly role: MemberRole | null;
  /**
   * The id of the impersonating user, `unknown` where it cannot be read; null without
   * impersonation.
   */
  readonly impersonatedBy: string | null;
  /** By Clerk's clock. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Limits the signature checks that verification costs. */
export interface SignatureAttempts {
  /** Called before a signature is verified; may throw to refuse. */
  check(): void;
  /** Called when the issuer did not sign the token; may throw to refuse. */
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
