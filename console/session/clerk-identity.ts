import { loadClerkJSScript } from '@clerk/shared/loadClerkJsScript';
import type { Identity } from '../api/identity.ts';
import { SignInNeeded } from '../api/problem.ts';
import { session as text } from '../messages/messages.ts';
import type { Clerk } from './clerk-script.ts';
import { allowClerkScripts } from './clerk-scripts.ts';

/** Loads Clerk's script from Clerk's own host, without its components. */
export async function loadClerk(publishableKey: string): Promise<Clerk> {
  allowClerkScripts(publishableKey);
  await loadClerkJSScript({ publishableKey });
  const clerk = window.Clerk;
  if (clerk === undefined) throw new Error('the script of Clerk brought no Clerk');
  await clerk.load({ standardBrowser: true });
  return clerk;
}

/** The user signed in at Clerk. Clerk renews its tokens; each lives for a minute. */
export function clerkIdentity(clerk: Clerk): Identity {
  return {
    name: clerk.user?.primaryEmailAddress?.emailAddress ?? text.product,
    async token() {
      const token = await clerk.session?.getToken();
      if (!token) throw new SignInNeeded();
      return token;
    },
    async renew() {
      const token = await clerk.session?.getToken({ skipCache: true }).catch(() => null);
      if (token) return;
      // In a new tab, so this page keeps its form input; the cookie shares the session.
      window.open(clerk.buildSignInUrl(), '_blank', 'noopener');
      throw new SignInNeeded();
    },
    signOut: () => clerk.signOut(),
  };
}
