import { type Refusal, refusals } from '../errors.ts';

/**
 * The lowest tier whose plan includes API access.
 *
 * @example
 * ```ts
 * import { apiAccessTier } from '@reporisk/api-access/core';
 * apiAccessTier; // 3
 * ```
 */
export const apiAccessTier = 3;

/** The caller of a management operation. */
export type ManagementCaller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'key' }
  | {
      readonly kind: 'session';
      /** The member's present role in the organization that the session names. */
      readonly role: 'admin' | 'member';
      /** The tier when that organization is a parent org; null when it is a sub-org or unknown. */
      readonly parentTier: number | null;
    };

/** The requirements of a management operation. */
export interface ManagementRule {
  /** The lowest role that may call it. */
  readonly role: 'admin' | 'member';
  /** True when the organization's plan must include API access. */
  readonly needsApiAccess: boolean;
  /** True on the key-management operations, which name the reason when a key is used on them. */
  readonly managesKeys: boolean;
}

/**
 * Checks whether a caller may manage, in the documented order: no credential, a key instead of a
 * session, not (an admin) of a parent org, a plan without API access.
 *
 * @param caller - the caller.
 * @param rule - the operation's requirements.
 * @returns the refusal, or null when the caller may go on.
 * @example A valid API key never manages keys
 * ```ts
 * import { refuseManagement } from '@reporisk/api-access/core';
 * const rule = { role: 'admin', needsApiAccess: true, managesKeys: true } as const;
 * refuseManagement({ kind: 'key' }, rule)?.detail;
 * // 'API keys cannot be managed via API key authentication'
 * ```
 */
export function refuseManagement(caller: ManagementCaller, rule: ManagementRule): Refusal | null {
  if (caller.kind === 'nobody') return refusals.sign_in_required;
  if (caller.kind === 'key') {
    return rule.managesKeys ? refusals.keys_cannot_manage_keys : refusals.session_required;
  }
  if (caller.parentTier === null) return refusals.insufficient_permissions;
  if (rule.role === 'admin' && caller.role !== 'admin') return refusals.insufficient_permissions;
  if (rule.needsApiAccess && !(caller.parentTier >= apiAccessTier)) return refusals.plan_required;
  return null;
}
