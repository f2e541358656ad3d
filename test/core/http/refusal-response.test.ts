import { expect, test } from 'vitest';
import { refusalResponse, refusals } from '../../../core/mod.ts';

test.each(Object.values(refusals))('refusalResponse() says $code', async (refusal) => {
  const response = refusalResponse(refusal);
  const { status, headers } = response;
  expect(status).toBe(refusal.status);
  expect(await response.text()).toBe(JSON.stringify({ detail: refusal.detail }));
  expect(Object.fromEntries(headers)).toEqual({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(status === 503 && { 'retry-after': '1' }),
  });
});

test('refusalResponse() sends the request id and the seconds to wait', () => {
  const { headers } = refusalResponse(refusals.rate_limited, {
    requestId: 'req_1',
    retryAfterSeconds: 30,
  });
  expect(headers.get('X-Request-Id')).toBe('req_1');
  expect(headers.get('Retry-After')).toBe('30');
});
