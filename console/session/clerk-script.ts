/** The part of Clerk's browser script that the console uses. */
export interface Clerk {
  load(options: { standardBrowser: boolean }): Promise<void>;
  readonly session: { getToken(options?: { skipCache: boolean }): Promise<string | null> } | null;
  readonly organization: { readonly id: string; readonly name: string } | null;
  readonly user: {
    readonly primaryEmailAddress: { readonly emailAddress: string } | null;
    readonly organizationMemberships: readonly {
      readonly organization: { readonly id: string; readonly name: string };
    }[];
  } | null;
  setActive(options: { organization: string }): Promise<void>;
  redirectToSignIn(options: { redirectUrl: string }): Promise<unknown>;
  buildSignInUrl(): string;
  signOut(): Promise<void>;
}

declare global {
  interface Window {
    Clerk?: Clerk;
  }
}
