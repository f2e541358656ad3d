import { createHmac, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClerkSessions } from '../../../server/sessions/clerk.ts';
import { encode, sessionClaims, testTime, tokenSigner } from './tokens.ts';

const signer = tokenSigner();
const { jwtKey } = signer;

function verify(token: string, options: Partial<Parameters<typeof createClerkSessions>[0]> = {}) {
  return createClerkSessions({ jwtKey, now: () => testTime, ...options }).verify(token);
}

const verifyClaims = (changes: Record<string, unknown>) =>
  verify(signer.sign(sessionClaims(changes)));

test('createClerkSessions() reads a version 2 token', async () => {
  expect(await verify(signer.sign(sessionClaims()))).toEqual({
    userId: 'user_ada',
    sessionId: 'sess_1',
    organizationId: 'org_acme',
    role: 'admin',
    impersonatedBy: null,
    issuedAt: new Date(testTime),
    expiresAt: new Date(testTime + 60_000),
  });
});

const noVersion = { v: undefined, o: undefined };

test.each([
  ['an admin', { org_id: 'org_acme', org_role: 'org:admin' }, 'org_acme', 'admin'],
  ['a member', { org_id: 'org_acme', org_role: 'org:member' }, 'org_acme', 'member'],
  ['a custom role', { org_id: 'org_acme', org_role: 'org:billing' }, 'org_acme', 'member'],
  ['no organization', {}, null, null],
  ['version 1 by name', { v: 1, org_id: 'org_acme', org_role: 'org:admin' }, 'org_acme', 'admin'],
])('createClerkSessions() reads a version 1 token of %s', async (_, claims, id, role) => {
  expect(await verifyClaims({ ...noVersion, ...claims })).toMatchObject({
    organizationId: id,
    role,
  });
});

test.each([
  ['a member', { o: { id: 'org_acme', rol: 'member' } }, 'org_acme', 'member'],
  ['a custom role', { o: { id: 'org_acme', rol: 'billing' } }, 'org_acme', 'member'],
  ['no organization', { o: undefined }, null, null],
])('createClerkSessions() reads a version 2 token of %s', async (_, claims, id, role) => {
  expect(await verifyClaims(claims)).toMatchObject({ organizationId: id, role });
});

test('createClerkSessions() takes no organization from a custom claim of the other version', async () => {
  const custom = { org_id: 'org_victim', org_role: 'org:admin' };
  expect(await verifyClaims({ o: undefined, ...custom })).toMatchObject({ organizationId: null });
  const custom1 = { v: undefined, o: { id: 'org_victim', rol: 'admin' } };
  expect(await verifyClaims(custom1)).toMatchObject({ organizationId: null });
});

test.each([
  ['no sid, as of a JWT template', { sid: undefined }],
  ['an empty sid', { sid: '' }],
  ['a sid of another type', { sid: 7 }],
  ['a pending session', { sts: 'pending' }],
  ['a status of another type', { sts: 1 }],
  ['no sub', { sub: undefined }],
  ['an empty sub', { sub: '' }],
  ['no exp', { exp: undefined }],
  ['an exp of another type', { exp: '9999999999' }],
  ['an exp beyond any date', { exp: 1e300 }],
  ['no iat', { iat: undefined }],
  ['a fractional iat', { iat: testTime / 1000 + 0.5 }],
  ['an nbf of another type', { nbf: 'now' }],
  ['an unknown version', { v: 3 }],
  ['an organization that is text', { o: 'org_acme' }],
  ['a null organization', { o: null }],
  ['an organization without a role', { o: { id: 'org_acme' } }],
  ['an organization id of another type', { o: { id: ['org_acme'], rol: 'admin' } }],
  ['an organization without a role (v1)', { ...noVersion, org_id: 'org_acme' }],
  ['a role without an organization (v1)', { ...noVersion, org_role: 'org:admin' }],
])('createClerkSessions() refuses a token with %s', async (_, changes) => {
  expect(await verifyClaims(changes)).toBeNull();
});

test.each([
  ['before its exp', 59_999, true],
  ['at its exp', 60_000, false],
  ['5 s before its iat, by a clock that is behind', -5_000, true],
  ['more than 5 s before its iat', -5_001, false],
])('createClerkSessions() judges a token %s by the injected clock', async (_, offset, valid) => {
  const token = signer.sign(sessionClaims());
  const session = await verify(token, { now: () => testTime + offset });
  expect(session !== null).toBe(valid);
});

test('createClerkSessions() refuses a token more than 5 s before its nbf', async () => {
  const nbf = testTime / 1000 + 6;
  expect(await verifyClaims({ nbf })).toBeNull();
  expect(await verifyClaims({ nbf: nbf - 1 })).not.toBeNull();
});

test.each([
  [undefined, null],
  [{ iss: 'https://clerk.example.com', sid: 'sess_2', sub: 'user_support' }, 'user_support'],
  [{ sub: 'user_support (by user:x)' }, 'unknown'],
  [{ sub: 7 }, 'unknown'],
  [{}, 'unknown'],
  ['user_support', 'unknown'],
  ['', 'unknown'],
  [null, 'unknown'],
  [[], 'unknown'],
  [0, 'unknown'],
  [false, 'unknown'],
])('createClerkSessions() reads of the act claim %j the impersonator %j', async (act, by) => {
  expect(await verifyClaims({ act })).toMatchObject({ impersonatedBy: by });
});

test('createClerkSessions() counts what the issuer did not sign, and asks before each signature', async () => {
  let now = testTime;
  const sessions = createClerkSessions({ jwtKey, now: () => now });
  const calls = { check: 0, count: 0 };
  const attempts = { check: () => void calls.check++, count: async () => void calls.count++ };
  const expired = signer.sign(sessionClaims({ exp: testTime / 1000 }));
  const pending = signer.sign(sessionClaims({ sts: 'pending' }));
  const good = signer.sign(sessionClaims());
  for (const token of [good, expired, pending, good, expired, pending]) {
    await sessions.verify(token, attempts);
  }
  now += 60_000;
  await sessions.verify(good, attempts);
  await sessions.verify(good, attempts);
  expect(calls).toEqual({ check: 3, count: 0 });
  for (const token of [tokenSigner().sign(sessionClaims()), 'junk.junk.junk']) {
    await sessions.verify(token, attempts);
  }
  expect(calls).toEqual({ check: 4, count: 2 });
});

test('createClerkSessions() remembers no token that is not valid yet', async () => {
  let now = testTime - 60_000;
  const sessions = createClerkSessions({ jwtKey, now: () => now });
  const token = signer.sign(sessionClaims());
  expect(await sessions.verify(token)).toBeNull();
  now = testTime;
  expect(await sessions.verify(token)).not.toBeNull();
});

test('createClerkSessions() checks the issuer when it is set', async () => {
  const token = signer.sign(sessionClaims());
  expect(await verify(token, { issuer: 'https://clerk.example.com' })).not.toBeNull();
  expect(await verify(token, { issuer: 'https://clerk.example.com.evil.test' })).toBeNull();
  const without = signer.sign(sessionClaims({ iss: undefined }));
  expect(await verify(without, { issuer: 'https://clerk.example.com' })).toBeNull();
});

test('createClerkSessions() checks the authorized party when parties are set', async () => {
  const token = signer.sign(sessionClaims());
  const authorizedParties = ['https://app.example.com'];
  expect(await verify(token, { authorizedParties })).not.toBeNull();
  expect(await verify(token, { authorizedParties: ['https://other.example.com'] })).toBeNull();
  expect(
    await verify(signer.sign(sessionClaims({ azp: undefined })), { authorizedParties }),
  ).toBeNull();
});

test('createClerkSessions() refuses a token of another key', async () => {
  expect(await verify(tokenSigner().sign(sessionClaims()))).toBeNull();
});

test('createClerkSessions() refuses altered claims', async () => {
  const [header, , signature] = signer.sign(sessionClaims()).split('.');
  const claims = encode(sessionClaims({ o: { id: 'org_victim', rol: 'admin' } }));
  expect(await verify(`${header}.${claims}.${signature}`)).toBeNull();
});

test('createClerkSessions() refuses an algorithm of the token’s choice', async () => {
  const none = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(sessionClaims())}.`;
  expect(await verify(none)).toBeNull();
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(sessionClaims())}`;
  const mac = createHmac('sha256', jwtKey).update(content).digest('base64url');
  expect(await verify(`${content}.${mac}`)).toBeNull();
  for (const alg of ['RS384', 'rs256', ['RS256'], undefined]) {
    expect(await verify(signer.sign(sessionClaims(), { alg, typ: 'JWT' }))).toBeNull();
  }
});

test('createClerkSessions() refuses a token with an extension that must be understood', async () => {
  const header = { alg: 'RS256', typ: 'JWT', crit: ['exp'] };
  expect(await verify(signer.sign(sessionClaims(), header))).toBeNull();
});

test.each([
  ['', 'nothing'],
  ['..', 'only dots'],
  ['a.b', 'two parts'],
  ['a.b.c.d', 'four parts'],
  ['\u0000.\u0000.\u0000', 'NUL'],
  [`${encode(null)}.${encode(null)}.x`, 'null'],
  [`${encode('RS256')}.${encode([])}.x`, 'other JSON'],
  [`${encode({ alg: 'RS256' })}.${encode(null)}.x`, 'null claims'],
])('createClerkSessions() refuses %j (%s) without throwing', async (token) => {
  expect(await verify(token)).toBeNull();
});

test('createClerkSessions() refuses a token longer than 8 KiB, even when it is signed', async () => {
  expect(await verifyClaims({ padding: 'x'.repeat(8_192) })).toBeNull();
  expect(await verifyClaims({ padding: 'x'.repeat(4_096) })).not.toBeNull();
});

test('createClerkSessions() remembers a token until it expires, and no longer', async () => {
  let now = testTime;
  const sessions = createClerkSessions({ jwtKey, now: () => now });
  const token = signer.sign(sessionClaims());
  const session = await sessions.verify(token);
  now += 59_999;
  // The same object: no second verification took place.
  expect(await sessions.verify(token)).toBe(session);
  now += 1;
  expect(await sessions.verify(token)).toBeNull();
  expect(await sessions.verify(token)).toBeNull();
});

test('createClerkSessions() remembers at most `cacheSize` tokens, dropping the oldest', async () => {
  const sessions = createClerkSessions({ jwtKey, now: () => testTime, cacheSize: 2 });
  const tokens = ['sess_1', 'sess_2', 'sess_3'].map((sid) => signer.sign(sessionClaims({ sid })));
  const first = [];
  for (const token of tokens) first.push(await sessions.verify(token));
  expect(await sessions.verify(tokens[2] ?? '')).toBe(first[2]);
  expect(await sessions.verify(tokens[1] ?? '')).toBe(first[1]);
  const again = await sessions.verify(tokens[0] ?? '');
  expect(again).toEqual(first[0]);
  expect(again).not.toBe(first[0]);
});

test('createClerkSessions() throws for a key that is not an RSA public key', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  expect(() => createClerkSessions({ jwtKey: pem, now: Date.now })).toThrow('RSA');
  expect(() => createClerkSessions({ jwtKey: 'junk', now: Date.now })).toThrow();
});
