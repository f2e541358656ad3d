/** The signed-in user, from Clerk or the demo. */
export interface Identity {
  /** What the header calls it. */
  readonly name: string;
  /**
   * A session token that has not expired, kept in memory only.
   *
   * @throws {SignInNeeded} when the session is over.
   */
  token(): Promise<string>;
  /** Starts a new session for the same person, so that what was typed stays where it is. */
  renew(): Promise<void>;
  signOut(): Promise<void>;
}
