/**
 * The documented refusals: one closed union of codes, one status and one text each.
 *
 * @module
 */

/** Every refusal this library can give. The code is stable; match on it, never on the text. */
export type ErrorCode =
  | 'missing_key'
  | 'invalid_key'
  | 'sign_in_required'
  | 'keys_cannot_manage_keys'
  | 'session_required'
  | 'insufficient_permissions'
  | 'plan_required'
  | 'environment_denied'
  | 'tier_required'
  | 'address_denied'
  | 'repository_out_of_scope'
  | 'extension_out_of_scope'
  | 'job_out_of_scope'
  | 'rate_limited'
  | 'unavailable';

/** A refusal as it travels: HTTP status, stable code and the documented text. */
export interface Refusal {
  /** HTTP status code. */
  readonly status: 401 | 403 | 429 | 503;
  /** The stable code. */
  readonly code: ErrorCode;
  /** The documented text, the `detail` of the JSON body. */
  readonly detail: string;
}

function refusal(status: Refusal['status'], code: ErrorCode, detail: string): Refusal {
  return Object.freeze({ status, code, detail });
}

/**
 * The table of all refusals by code.
 *
 * @example The text of a plan refusal
 * ```ts
 * import { refusals } from '@reporisk/api-access/core';
 * refusals.tier_required.detail; // 'API access requires a Tier 3 plan'
 * ```
 */
export const refusals: { readonly [Code in ErrorCode]: Refusal } = Object.freeze({
  missing_key: refusal(401, 'missing_key', 'Missing API key'),
  invalid_key: refusal(401, 'invalid_key', 'Invalid API key'),
  sign_in_required: refusal(401, 'sign_in_required', 'Sign in required'),
  keys_cannot_manage_keys: refusal(
    403,
    'keys_cannot_manage_keys',
    'API keys cannot be managed via API key authentication',
  ),
  session_required: refusal(
    403,
    'session_required',
    'This endpoint requires a Clerk session and cannot be accessed with an API key',
  ),
  insufficient_permissions: refusal(403, 'insufficient_permissions', 'Insufficient permissions'),
  plan_required: refusal(403, 'plan_required', 'API access is not available on your current plan'),
  environment_denied: refusal(
    403,
    'environment_denied',
    'Access denied: sandbox keys are not accepted here',
  ),
  tier_required: refusal(403, 'tier_required', 'API access requires a Tier 3 plan'),
  address_denied: refusal(
    403,
    'address_denied',
    "Access denied: address is not on the API key's allow list",
  ),
  repository_out_of_scope: refusal(
    403,
    'repository_out_of_scope',
    "Access denied: repository is outside the API key's sub-org scope",
  ),
  extension_out_of_scope: refusal(
    403,
    'extension_out_of_scope',
    "Access denied: extension is outside the API key's sub-org scope",
  ),
  job_out_of_scope: refusal(
    403,
    'job_out_of_scope',
    "Access denied: job is outside the API key's sub-org scope",
  ),
  rate_limited: refusal(429, 'rate_limited', 'Rate limit exceeded'),
  unavailable: refusal(503, 'unavailable', 'Service temporarily unavailable, retry shortly'),
});

/**
 * A refusal as an exception, for code that prefers to throw. Verification itself never throws it:
 * an invalid key is an outcome.
 *
 * @example Matching on the code
 * ```ts
 * import { ApiKeyError } from '@reporisk/api-access/core';
 * const error = new ApiKeyError('tier_required');
 * error.status; // 403
 * error.code; // 'tier_required'
 * ```
 */
export class ApiKeyError extends Error {
  /** The same for every refusal. */
  override readonly name = 'ApiKeyError';
  /** The stable code. */
  readonly code: ErrorCode;
  /** HTTP status code. */
  readonly status: Refusal['status'];

  /**
   * Makes the error of a refusal.
   *
   * @param code - which refusal; its documented text becomes the message.
   */
  constructor(code: ErrorCode) {
    super(refusals[code].detail);
    this.code = code;
    this.status = refusals[code].status;
  }
}
