import { expect, test } from 'vitest';
import { documented } from './documented.ts';

const json = { 'content-type': 'application/json' };
const unauthorized = { detail: 'Invalid API key' };
const challenged = { ...json, 'www-authenticate': 'Bearer' };
const basic = { ...json, 'www-authenticate': 'Basic' };
const page = { ...challenged, 'content-type': 'text/html' };

/** What differs between an answer and the description of the API. */
function faultOf(target: string, body: unknown, status: number, headers: Record<string, string>) {
  const text = status === 204 ? null : JSON.stringify(body);
  return documented('GET', target, new Response(text, { status, headers })).then(
    () => null,
    (error: unknown) => String(error),
  );
}

test('documented() takes an answer that is described, and those of undescribed paths', async () => {
  expect(await faultOf('/api/v1/key?a=1', unauthorized, 401, challenged)).toBeNull();
  expect(await faultOf('/readyz', { restored: true }, 200, json)).toBeNull();
  expect(await faultOf('/api/v1/nothing', { detail: 'Not Found' }, 404, json)).toBeNull();
});

test.each<[string, string, unknown, number, Record<string, string>, string]>([
  ['a status', '/api/v1/key', unauthorized, 418, json, 'has no such status'],
  ['a path', '/api/v1/nothing', {}, 200, json, 'has no such path'],
  ['a missing header', '/api/v1/key', unauthorized, 401, json, 'requires WWW-Authenticate'],
  [
    'a malformed header',
    '/api/v1/key',
    unauthorized,
    401,
    basic,
    'another WWW-Authenticate than Basic',
  ],
  ['a body of another type', '/api/v1/key', '', 401, page, 'has no body of text/html'],
  ['another body', '/api/v1/key', { detail: 7 }, 401, challenged, 'detail must be string'],
  ['a member too many', '/api/v1/jobs/x', { id: 1, secret: 2 }, 200, json, 'additional properties'],
])(
  'documented() finds %s that is not described',
  async (_, target, body, status, headers, fault) => {
    expect(await faultOf(target, body, status, headers)).toContain(fault);
  },
);
