/** What a role lets its holder do. */
export type Role = 'admin' | 'engineer' | 'viewer' | 'none';

/** What a call does: read a resource, submit one for analysis, or administer. */
export type Action = 'read' | 'submit' | 'manage';

const permitted: { readonly [R in Role]: readonly Action[] } = {
  admin: ['read', 'submit', 'manage'],
  engineer: ['read', 'submit'],
  viewer: ['read'],
  none: [],
};

/**
 * Whether a role covers an action.
 *
 * A key never does more than its owner may at this moment: an organization admin's key has role
 * `admin`, a demoted member's `viewer`, a removed member's `none`; a service account's key has the
 * account's role.
 *
 * @param role - the owner's present role.
 * @param action - what the call does.
 * @returns true when the role covers the action.
 * @example A demoted member's key still reads
 * ```ts
 * import { roleAllows } from './mod.ts';
 * roleAllows('viewer', 'read'); // true
 * roleAllows('viewer', 'submit'); // false
 * ```
 */
export function roleAllows(role: Role, action: Action): boolean {
  return permitted[role].includes(action);
}
