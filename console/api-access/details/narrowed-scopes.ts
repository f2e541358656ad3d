import type { UnusedScopes } from '../../api/records.ts';

/** Covers every other scope, so no call ever needs it by its own name. */
const everything = 'admin:*';

/** What a key would keep if it were held to what it used, and what it would lose. */
export interface Narrowing {
  readonly keeps: readonly string[];
  readonly loses: readonly string[];
}

/**
 * Holds a key's scopes to those it used. A scope that was used before it was taken away stays away.
 *
 * @returns null when there is nothing to narrow, or when nothing was used: then it is unknown.
 */
export function narrowedScopes(
  granted: readonly string[] | null,
  { used, unused }: Pick<UnusedScopes, 'used' | 'unused'>,
): Narrowing | null {
  const covers = (scope: string) =>
    granted === null || granted.includes(scope) || granted.includes(everything);
  const keeps = used.map(({ scope }) => scope).filter(covers);
  // Of a key that may do everything, `admin:*` is no scope that it could do without by itself.
  const loses = granted === null ? unused.filter((scope) => scope !== everything) : [...unused];
  return keeps.length === 0 || loses.length === 0 ? null : { keeps, loses };
}
