import type { Dialect } from '../format/key-shape.ts';
import { type Action, type Role, roleAllows } from './authority.ts';

/** A scope of RepoRisk's own keys. */
export type ReporiskScope =
  | 'repos:read'
  | 'repos:analyze'
  | 'extensions:read'
  | 'extensions:submit'
  | 'admin:*';

/** A scope of `platform` keys. */
export type PlatformScope =
  | 'projects:read'
  | 'projects:write'
  | 'rulesets:read'
  | 'rulesets:write'
  | 'analysis:run'
  | 'cases:read'
  | 'cases:write'
  | 'reviews:read'
  | 'reviews:write'
  | 'versions:read'
  | 'versions:write'
  | 'admin:*';

/** The scope that a call may need. A key has some of its dialect's, or all. */
export type Scope = ReporiskScope | PlatformScope;

const reporiskActions: Readonly<Record<ReporiskScope, Action>> = {
  'repos:read': 'read',
  'repos:analyze': 'submit',
  'extensions:read': 'read',
  'extensions:submit': 'submit',
  'admin:*': 'manage',
};

const platformActions: Readonly<Record<PlatformScope, Action>> = {
  'projects:read': 'read',
  'projects:write': 'submit',
  'rulesets:read': 'read',
  'rulesets:write': 'submit',
  'analysis:run': 'submit',
  'cases:read': 'read',
  'cases:write': 'submit',
  'reviews:read': 'read',
  'reviews:write': 'submit',
  'versions:read': 'read',
  'versions:write': 'submit',
  'admin:*': 'manage',
};

/** The scopes of each dialect and the action that each stands for. */
const scopeActions: { readonly [D in Dialect]: Readonly<Record<string, Action>> } = {
  reporisk: reporiskActions,
  platform: platformActions,
  // Its keys manage keys of their own dialect, and nothing that a scope names.
  repurai: {},
};

/** Every scope of every dialect. */
export const builtInScopes: readonly string[] = Object.values(scopeActions).flatMap(Object.keys);

/**
 * Scopes of services that embed the verifier, and the action that each stands for; see
 * `readExtraScopes`. RepoRisk's own keys may have them. Neither null nor `admin:*` covers one: a key has it
 * only by its name.
 */
export type ExtraScopes<Name extends string = string> = Readonly<Record<Name, Action>>;

const noExtraScopes: ExtraScopes = Object.freeze({});

/**
 * The names of a dialect's scopes, in their documented order.
 *
 * @param dialect - the key format whose scopes are wanted.
 * @param extraScopes - the scopes of embedding services, which come last.
 * @returns the scope names; an unknown name is refused when a key is created.
 * @example
 * ```ts
 * import { scopesOf } from '@reporisk/api-access/core';
 * scopesOf('reporisk').includes('repos:read'); // true
 * ```
 */
export function scopesOf(
  dialect: Dialect,
  extraScopes: ExtraScopes = noExtraScopes,
): readonly string[] {
  const own = Object.keys(scopeActions[dialect]);
  return dialect === 'reporisk' ? [...own, ...Object.keys(extraScopes)] : own;
}

/**
 * Asserts that some key could have a scope: a misspelt one would refuse every key.
 *
 * @throws {TypeError} naming the scope and those that there are.
 * @internal
 */
export function assertScope(
  scope: string,
  dialects: readonly Dialect[],
  extraScopes: ExtraScopes = noExtraScopes,
): void {
  const isKnown = (dialect: Dialect) =>
    Object.hasOwn(scopeActions[dialect], scope) || isExtra(dialect, scope, extraScopes);
  if (dialects.some(isKnown)) return;
  const known = dialects.flatMap((dialect) => scopesOf(dialect, extraScopes));
  throw new TypeError(`there is no scope ${scope}: there are ${known.join(', ')}`);
}

function isExtra(dialect: Dialect, scope: string, extraScopes: ExtraScopes): boolean {
  return dialect === 'reporisk' && Object.hasOwn(extraScopes, scope);
}

/**
 * Whether granted scopes cover a required one. `admin:*` covers every built-in scope of its dialect; no
 * other wildcard exists, and a requirement that the dialect does not know is covered by nothing.
 *
 * @param dialect - the key's dialect.
 * @param granted - the key's scopes; null means all built-in ones, an empty list none.
 * @param required - the scope a call needs.
 * @param extraScopes - the scopes of embedding services; none when absent.
 * @returns true when covered.
 * @example
 * ```ts
 * import { grants } from '@reporisk/api-access/core';
 * grants('reporisk', ['admin:*'], 'repos:read'); // true
 * grants('reporisk', null, 'repos:*'); // false: no such scope
 * ```
 */
export function grants(
  dialect: Dialect,
  granted: readonly string[] | null,
  required: string,
  extraScopes: ExtraScopes = noExtraScopes,
): boolean {
  if (!Object.hasOwn(scopeActions[dialect], required)) {
    return isExtra(dialect, required, extraScopes) && granted?.includes(required) === true;
  }
  return granted === null || granted.includes(required) || granted.includes('admin:*');
}

/**
 * Whether a key covers the action of a scope: its own scopes and its owner's present role must both
 * allow it.
 *
 * @param key - dialect and scopes of the key, and its owner's role at this moment.
 * @param required - the scope a call needs.
 * @param extraScopes - the scopes of embedding services; none when absent.
 * @returns true when both allow it.
 * @example A key with every scope whose creator was demoted
 * ```ts
 * import { permits } from '@reporisk/api-access/core';
 * const key = { dialect: 'reporisk', scopes: null, owner: { role: 'viewer' } } as const;
 * permits(key, 'repos:read'); // true
 * permits(key, 'repos:analyze'); // false
 * ```
 */
export function permits(
  key: {
    readonly dialect: Dialect;
    readonly scopes: readonly string[] | null;
    readonly owner: { readonly role: Role };
  },
  required: string,
  extraScopes: ExtraScopes = noExtraScopes,
): boolean {
  const action = scopeActions[key.dialect][required] ?? extraScopes[required];
  return (
    action !== undefined &&
    grants(key.dialect, key.scopes, required, extraScopes) &&
    roleAllows(key.owner.role, action)
  );
}
