import { keyForm, apiAccess as text } from '../messages/messages.ts';

/** The scopes that a key can be held to, in their documented order. */
export const scopes = [
  'repos:read',
  'repos:analyze',
  'extensions:read',
  'extensions:submit',
  'admin:*',
] as const;

export type Scope = (typeof scopes)[number];

/** A key's scopes, in words. */
export function scopeText(granted: readonly string[] | null): string {
  if (granted === null) return text.details.allScopes;
  if (granted.length === 0) return text.details.noScopes;
  return granted.map((scope) => names[scope] ?? scope).join(', ');
}

const names: Readonly<Record<string, string>> = keyForm.scopeNames;
