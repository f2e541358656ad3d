import { parsePublishableKey } from '@clerk/shared/keys';

/**
 * Lets Clerk's script, and the scripts it loads from the same host, run under Trusted Types. Other
 * scripts, and text as markup, stay blocked.
 */
export function allowClerkScripts(publishableKey: string): void {
  const host = parsePublishableKey(publishableKey)?.frontendApi;
  window.trustedTypes?.createPolicy('default', {
    createScriptURL: (url) => (isOfHost(url, host) ? url : null),
  });
}

declare global {
  interface Window {
    /** The part of Trusted Types used here; absent in a browser without them. */
    readonly trustedTypes?: {
      createPolicy(
        name: string,
        rules: { readonly createScriptURL: (url: string) => string | null },
      ): unknown;
    };
  }
}

/** Whether a script's URL has this host and https. */
export function isOfHost(url: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(url)) return false;
  const { protocol, host: its } = new URL(url);
  return protocol === 'https:' && its === host;
}
