import { parsePublishableKey } from '@clerk/shared/keys';

/**
 * Lets Clerk's script, and what it loads from the same host, run under Trusted Types. No other script,
 * and no text as markup, is let in.
 */
export function allowClerkScripts(publishableKey: string): void {
  const host = parsePublishableKey(publishableKey)?.frontendApi;
  window.trustedTypes?.createPolicy('default', {
    createScriptURL: (url) => (isOfHost(url, host) ? url : null),
  });
}

declare global {
  interface Window {
    /** The browser's Trusted Types, where it has them; what is used of them. */
    readonly trustedTypes?: {
      createPolicy(
        name: string,
        rules: { readonly createScriptURL: (url: string) => string | null },
      ): unknown;
    };
  }
}

/** Whether a script comes from a host by https. */
export function isOfHost(url: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(url)) return false;
  const { protocol, host: its } = new URL(url);
  return protocol === 'https:' && its === host;
}
