/** A role; `roleAllows` decides which actions it covers. */
export type Role = 'admin' | 'engineer' | 'viewer' | 'none';

/** The kind of a call: read a resource, submit one for analysis, or administer. */
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
 * @param action - the kind of the call.
 * @returns true when the role covers the action.
 * @example A demoted member's key still reads
 * ```ts
 * import { roleAllows } from '@reporisk/api-access/core';
 * roleAllows('viewer', 'read'); // true
 * roleAllows('viewer', 'submit'); // false
 * ```
 */
export function roleAllows(role: Role, action: Action): boolean {
  return permitted[role].includes(action);
}
