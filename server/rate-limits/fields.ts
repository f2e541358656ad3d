import type { RateLimit } from '../../core/mod.ts';
import { refusals } from '../../core/mod.ts';
import { Problem } from '../wire/problem.ts';
import type { Taken } from './windows.ts';

/** The name of a limit in responses. */
export type Policy = 'key' | 'platform' | 'failed-auth' | 'leak-report';

/**
 * The response fields of a limit: `RateLimit-Policy` and `RateLimit` as structured fields
 * (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4): `q` requests in `w` seconds, of
 * which `r` remain for `t` seconds.
 */
export function rateLimitFields(
  policy: Policy,
  { limit, windowSeconds }: RateLimit,
  taken: Taken,
): Record<string, string> {
  return {
    'RateLimit-Policy': `"${policy}";q=${limit};w=${windowSeconds}`,
    RateLimit: `"${policy}";r=${taken.remaining};t=${seconds(taken)}`,
  };
}

/** A 429 response with `Retry-After`. */
export function rateLimited(policy: Policy, limit: RateLimit, taken: Taken): Problem {
  const { status, detail, code } = refusals.rate_limited;
  const fields = rateLimitFields(policy, limit, { ...taken, remaining: 0 });
  const headers = { 'Retry-After': String(seconds(taken)), ...fields };
  return new Problem(status, detail, headers, code);
}

/** Whole seconds, at least one: an immediate retry would only be refused again. */
function seconds({ endsIn }: Taken): number {
  return Math.max(1, Math.ceil(endsIn / 1000));
}
