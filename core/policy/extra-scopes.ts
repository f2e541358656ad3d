import { builtInScopes, type ExtraScopes } from './scopes.ts';

/** The name of a scope without the action that may follow it. */
export type ScopeNameOf<Written extends string> = Written extends `${infer Name}=submit`
  ? Name
  : Written;

/** The most scopes of its own that a deployment has. */
const maxExtraScopes = 64;

/**
 * What a list of extra scopes takes, in words.
 *
 * @internal
 */
export const extraScopesForm: string =
  'at most 64 different names noun:verb in lower case, such as billing:read or billing:charge=submit, ' +
  'each with a noun that no built-in scope has';

const builtInNouns = new Set(builtInScopes.map((scope) => scope.split(':')[0]));

/**
 * Whether a text could be the name of an extra scope.
 *
 * @internal
 */
export function isExtraScopeName(text: string): boolean {
  const noun = /^([a-z][a-z0-9_-]{0,31}):[a-z][a-z0-9_-]{0,31}$/.exec(text)?.[1];
  return noun !== undefined && !builtInNouns.has(noun);
}

/**
 * Reads scopes of services that embed the verifier, as the server's `EXTRA_SCOPES` has them.
 * `billing:read` counts as reading, every other as managing, unless written `billing:charge=submit`.
 *
 * @param written - their names, with the action where it is to submit.
 * @returns each name with its action; frozen.
 * @throws {TypeError} for a name that is none, of a built-in noun, or given twice, and for too many.
 * @example
 * ```ts
 * import { permits, readExtraScopes } from '@reporisk/api-access/core';
 * const extra = readExtraScopes(['billing:read', 'billing:charge=submit']);
 * const key = { dialect: 'reporisk', scopes: ['billing:read'], owner: { role: 'admin' } } as const;
 * permits(key, 'billing:read', extra); // true
 * permits(key, 'billing:charge', extra); // false
 * permits({ ...key, scopes: null }, 'billing:read', extra); // false: null means every built-in scope
 * ```
 */
export function readExtraScopes<const Written extends string>(
  written: readonly Written[],
): ExtraScopes<ScopeNameOf<Written>> {
  const read = written.map((each) => {
    const [, name = '', mark] = /^(.*?)(=submit)?$/s.exec(each) ?? [];
    const isReading = name.endsWith(':read');
    if (!isExtraScopeName(name) || (isReading && mark !== undefined)) throw malformed(each);
    const action = isReading ? 'read' : mark === undefined ? 'manage' : 'submit';
    return [name, action] as const;
  });
  const scopes = Object.fromEntries(read);
  const names = Object.keys(scopes);
  if (names.length < read.length || names.length > maxExtraScopes) throw malformed(written.join());
  return Object.freeze(scopes) as ExtraScopes<ScopeNameOf<Written>>;
}

function malformed(got: string): TypeError {
  return new TypeError(`extra scopes are ${JSON.stringify(got)}: they take ${extraScopesForm}`);
}
