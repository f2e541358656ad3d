import type { UnusedScopes } from '../../api/records.ts';
import { scopesOf } from '../scopes.ts';

/** Covers every other built-in scope, so no call ever needs it by its own name. */
const everything = 'admin:*';

/** The scopes that a key would keep and lose if it were limited to those it used. */
export interface Narrowing {
  readonly keeps: readonly string[];
  readonly loses: readonly string[];
}

/**
 * Limits a key's scopes to those it used. A used scope that was revoked since is not restored.
 *
 * @returns null when there is nothing to narrow, or when nothing was used: then use is unknown.
 */
export function narrowedScopes(
  granted: readonly string[] | null,
  { used, unused }: Pick<UnusedScopes, 'used' | 'unused'>,
): Narrowing | null {
  const isBuiltIn = (scope: string) => Object.values(scopesOf).flat().includes(scope);
  const covers = (scope: string) =>
    granted?.includes(scope) ||
    (isBuiltIn(scope) && (granted === null || granted.includes(everything)));
  const keeps = used.map(({ scope }) => scope).filter(covers);
  // A key with every scope cannot lose `admin:*` separately.
  const loses = granted === null ? unused.filter((scope) => scope !== everything) : [...unused];
  return keeps.length === 0 || loses.length === 0 ? null : { keeps, loses };
}
