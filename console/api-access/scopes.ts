import type { ApiKey } from '../api/records.ts';
import { keyForm, settingsOf as text } from '../messages/messages.ts';

export type Dialect = ApiKey['dialect'];

/** The scopes that a key of each dialect can be held to, in their documented order. */
export const scopesOf: { readonly [D in Dialect]: readonly string[] } = {
  reporisk: ['repos:read', 'repos:analyze', 'extensions:read', 'extensions:submit', 'admin:*'],
  platform: [
    ...['projects:read', 'projects:write', 'rulesets:read', 'rulesets:write', 'analysis:run'],
    ...['cases:read', 'cases:write', 'reviews:read', 'reviews:write'],
    ...['versions:read', 'versions:write', 'admin:*'],
  ],
  repurai: [],
};

/** A key's scopes, in words. */
export function scopeText(granted: readonly string[] | null): string {
  if (granted === null) return text.allScopes;
  if (granted.length === 0) return text.noScopes;
  return granted.map((scope) => scopeNames[scope] ?? scope).join(', ');
}

/** The words for scopes that have some. */
export const scopeNames: Readonly<Record<string, string>> = keyForm.scopeNames;
