import { expect, test } from 'vitest';
import { isSessionToken, sessionCredentialFrom } from '../../../server/sessions/credential.ts';

const rules = {
  authorizedParties: ['https://app.example.com'],
  ownOrigin: () => 'https://api.example.com',
};

function credential(headers: Record<string, string>, method = 'GET') {
  return sessionCredentialFrom(new Request('http://internal:8787/x', { method, headers }), rules);
}

const cookie = '__session=a.b.c';
const fromCookie = { kind: 'cookie', token: 'a.b.c' };

test('sessionCredentialFrom() reads a bearer token in any case of the scheme', () => {
  const bearer = { kind: 'bearer', token: 'a.b.c' };
  expect(credential({ authorization: 'Bearer a.b.c' })).toEqual(bearer);
  expect(credential({ authorization: 'bearer a.b.c' })).toEqual(bearer);
});

test('sessionCredentialFrom() reads the cookie among others', () => {
  expect(credential({ cookie: `x=1; ${cookie}; __session_ab=z` })).toEqual(fromCookie);
});

test.each([
  [{}],
  [{ cookie: 'x=1' }],
  [{ cookie: '__session=' }],
  [{ cookie: 'x__session=a.b.c' }],
])('sessionCredentialFrom() finds nothing in %j', (headers) => {
  expect(credential(headers)).toEqual({ kind: 'missing' });
});

test('sessionCredentialFrom() does not read the cookie beside Authorization or X-API-Key', () => {
  expect(credential({ cookie, authorization: 'Basic abc' })).toEqual({ kind: 'invalid' });
  expect(credential({ cookie, authorization: 'Bearer key' })).toEqual({
    kind: 'bearer',
    token: 'key',
  });
  expect(credential({ cookie, 'x-api-key': 'key' })).toEqual({ kind: 'missing' });
});

test('sessionCredentialFrom() trusts neither of two different cookies', () => {
  expect(credential({ cookie: `${cookie}; __session=d.e.f` })).toEqual({ kind: 'invalid' });
  expect(credential({ cookie: `${cookie}; ${cookie}` })).toEqual(fromCookie);
});

test.each(['https://app.example.com', 'https://api.example.com'])(
  'sessionCredentialFrom() takes the cookie on POST from %s',
  (origin) => {
    expect(credential({ cookie, origin }, 'POST')).toEqual(fromCookie);
  },
);

test.each([
  undefined,
  'null',
  'https://evil.example.com',
  'http://app.example.com',
  'https://app.example.com.evil.test',
  'http://internal:8787',
])('sessionCredentialFrom() refuses the cookie on writing methods from origin %s', (origin) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const headers = origin === undefined ? { cookie } : { cookie, origin };
    expect(credential(headers, method)).toEqual({ kind: 'invalid' });
  }
});

test('sessionCredentialFrom() takes the cookie on GET and HEAD from anywhere', () => {
  const headers = { cookie, origin: 'https://evil.example.com' };
  expect(credential(headers)).toEqual(fromCookie);
  expect(credential(headers, 'HEAD')).toEqual(fromCookie);
});

test.each([
  ['a.b.c', true],
  ['..', true],
  ['a.b', false],
  ['a.b.c.d', false],
  ['rrk_live_abc', false],
  ['', false],
])('isSessionToken(%j) is %s: exactly two dots', (token, expected) => {
  expect(isSessionToken(token)).toBe(expected);
});
