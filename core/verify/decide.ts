import { type ErrorCode, refusals } from '../errors.ts';
import type { Dialect, Environment } from '../format/key-shape.ts';
import { addressAllowed } from '../policy/address.ts';
import { apiAccessTier } from '../policy/management.ts';
import { type ExtraScopes, grants, permits } from '../policy/scopes.ts';
import type { KeyRecord } from '../store/key-store.ts';
import type { Outcome, Reason, Refused } from './outcome.ts';

/** The description of a call for usage records; no decision depends on it. */
export interface CallDescription {
  /** The endpoint, for example `/v1/reports/{id}`: never a path that may hold a client's text. */
  readonly endpoint: string;
  /** The HTTP method. */
  readonly method: string;
  /** The `User-Agent` header. */
  readonly userAgent: string | null;
}

/** The requirements of a request. All are optional: an empty request checks only validity. */
export interface VerifyRequest {
  /** The dialects whose keys are accepted; `reporisk` only when absent. */
  readonly dialects?: readonly Dialect[];
  /** The environments whose keys are accepted; `live` only when absent. */
  readonly environments?: readonly Environment[];
  /** The scope that the call needs. */
  readonly scope?: string;
  /** The project that the call is about; a key that is held to a project needs it named. */
  readonly projectId?: string | undefined;
  /** The client's IP address; needed where a key has an allow list, refused where it is absent. */
  readonly address?: string | undefined;
  /** Recorded by a verifier that records usage. */
  readonly call?: CallDescription;
}

const reporiskOnly: readonly Dialect[] = Object.freeze(['reporisk']);
const liveOnly: readonly Environment[] = Object.freeze(['live']);
const nothingAsked: VerifyRequest = Object.freeze({});

/**
 * Builds a refusal outcome.
 *
 * @param code - the refusal that the caller gets.
 * @param reason - the cause, which only the operator may see.
 * @param key - the key, where one was found.
 * @returns the outcome, frozen: an observer cannot turn it into another one.
 */
export function refuse(code: ErrorCode, reason: Reason, key: KeyRecord | null = null): Refused {
  return Object.freeze({ ok: false, refusal: refusals[code], reason, key });
}

/** The header that names the missing scope (RFC 6750, section 3.1), where such a scope exists. */
function insufficientScope(scope: string): Readonly<Record<string, string>> {
  const named = /^[\w:*-]+$/.test(scope) ? `, scope="${scope}"` : '';
  return Object.freeze({ 'WWW-Authenticate': `Bearer error="insufficient_scope"${named}` });
}

/** Whether an instant is reached; also true, to be safe, when the clock gives no number. */
function isOver(instant: number | null, now: number): boolean {
  return instant !== null && !(now < instant);
}

/**
 * The decision about a key that was looked up: pure, total, and in the documented order. Revoked,
 * disabled, expired or unknown is 401, always with the same text; then the environment, the plan, the
 * address, the scopes and the owner's authority, and the project, each 403.
 *
 * @param key - the record found, or null when there was none.
 * @param request - the requirements of the call.
 * @param now - Unix milliseconds.
 * @param extraScopes - the scopes of embedding services; none when absent.
 * @returns the outcome, frozen; rate limits come after it and are not part of it.
 * @example An unknown key
 * ```ts
 * import { decide } from '@reporisk/api-access/core';
 * const outcome = decide(null, {}, Date.now());
 * outcome.ok; // false
 * ```
 */
export function decide(
  key: KeyRecord | null,
  request: VerifyRequest = nothingAsked,
  now: number,
  extraScopes?: ExtraScopes,
): Outcome {
  if (key === null) return refuse('invalid_key', 'unknown');
  if (!(request.dialects ?? reporiskOnly).includes(key.dialect)) {
    return refuse('invalid_key', 'dialect', key);
  }
  if (key.revokedAt !== null) return refuse('invalid_key', 'revoked', key);
  if (key.subOrg !== null && !key.subOrg.active) return refuse('invalid_key', 'sub_org', key);
  if (isOver(key.secretExpiresAt, now)) return refuse('invalid_key', 'retired', key);
  if (key.disabled) return refuse('invalid_key', 'disabled', key);
  if (key.expiresAt !== null && !(now < key.expiresAt))
    return refuse('invalid_key', 'expired', key);
  if (!(request.environments ?? liveOnly).includes(key.environment)) {
    return refuse('environment_denied', 'environment', key);
  }

  const { tier } = key.organization;
  if (tier === null || !(tier >= apiAccessTier)) return refuse('tier_required', 'tier', key);
  if (key.ipAllowList !== null && !addressAllowed(key.ipAllowList, request.address)) {
    return refuse('address_denied', 'address', key);
  }
  if (key.owner.role === 'none') return refuse('insufficient_permissions', 'authority', key);
  if (request.scope !== undefined && !permits(key, request.scope, extraScopes)) {
    const refused = refuse('insufficient_permissions', 'scope', key);
    // Another key may have the scope. Where the owner's role forbids the action, no scope helps.
    if (grants(key.dialect, key.scopes, request.scope, extraScopes)) return refused;
    return Object.freeze({ ...refused, headers: insufficientScope(request.scope) });
  }
  if (key.projectId !== null && key.projectId !== request.projectId) {
    return refuse('insufficient_permissions', 'project', key);
  }
  return Object.freeze({ ok: true, key });
}
