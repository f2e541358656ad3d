/** The signed-in user, from Clerk or the demo. */
export interface Identity {
  /** The display name in the header. */
  readonly name: string;
  /**
   * A session token that has not expired, kept in memory only.
   *
   * @throws {SignInNeeded} when the session is over.
   */
  token(): Promise<string>;
  /** Starts a new session for the same user without a page load: form input stays. */
  renew(): Promise<void>;
  signOut(): Promise<void>;
}
