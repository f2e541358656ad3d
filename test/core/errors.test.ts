import { expect, test } from 'vitest';
import { ApiKeyError, type ErrorCode, refusals } from '../../core/mod.ts';

test.each<[ErrorCode, number, string]>([
  ['missing_key', 401, 'Missing API key'],
  ['invalid_key', 401, 'Invalid API key'],
  ['sign_in_required', 401, 'Sign in required'],
  ['keys_cannot_manage_keys', 403, 'API keys cannot be managed via API key authentication'],
  [
    'session_required',
    403,
    'This endpoint requires a Clerk session and cannot be accessed with an API key',
  ],
  ['insufficient_permissions', 403, 'Insufficient permissions'],
  ['plan_required', 403, 'API access is not available on your current plan'],
  ['environment_denied', 403, 'Access denied: sandbox keys are not accepted here'],
  ['tier_required', 403, 'API access requires a Tier 3 plan'],
  ['address_denied', 403, "Access denied: address is not on the API key's allow list"],
  [
    'repository_out_of_scope',
    403,
    "Access denied: repository is outside the API key's sub-org scope",
  ],
  [
    'extension_out_of_scope',
    403,
    "Access denied: extension is outside the API key's sub-org scope",
  ],
  ['job_out_of_scope', 403, "Access denied: job is outside the API key's sub-org scope"],
  ['rate_limited', 429, 'Rate limit exceeded'],
])('refusals.%s is %i with its documented text', (code, status, detail) => {
  expect(refusals[code]).toEqual({ status, code, detail });
  expect(Object.isFrozen(refusals[code])).toBe(true);
});

test('refusals.unavailable is 503: who cannot ask refuses', () => {
  expect(refusals.unavailable.status).toBe(503);
});

test('ApiKeyError carries code, status and text', () => {
  const error = new ApiKeyError('tier_required');
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'ApiKeyError',
    code: 'tier_required',
    status: 403,
    message: 'API access requires a Tier 3 plan',
  });
});
