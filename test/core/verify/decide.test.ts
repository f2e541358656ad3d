import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decide,
  type ErrorCode,
  type KeyRecord,
  type Reason,
  type VerifyRequest,
} from '../../../core/mod.ts';
import { keyRecord } from '../../support/keys.ts';

const now = 1_790_000_000_000;
const asked: VerifyRequest = {
  dialects: ['reporisk'],
  scope: 'repos:read',
  address: '203.0.113.7',
};

/** Everything that can be wrong with a key, in the documented order of the checks. */
const faults: [Reason, ErrorCode, Partial<KeyRecord>][] = [
  ['revoked', 'invalid_key', { revokedAt: now - 1 }],
  ['sub_org', 'invalid_key', { subOrg: { id: 7, active: false } }],
  ['retired', 'invalid_key', { secretExpiresAt: now }],
  ['disabled', 'invalid_key', { disabled: true }],
  ['expired', 'invalid_key', { expiresAt: now }],
  ['tier', 'tier_required', { organization: { id: 'org_1', name: 'Acme', tier: 2 } }],
  ['address', 'address_denied', { ipAllowList: ['198.51.100.0/24'] }],
  ['authority', 'insufficient_permissions', { owner: { kind: 'member', id: 'u', role: 'none' } }],
  ['scope', 'insufficient_permissions', { scopes: [] }],
];

test('decide() accepts a key with nothing wrong, and hands its record on', () => {
  const key = keyRecord();
  expect(decide(key, asked, now)).toEqual({ ok: true, key });
  expect(decide(key, {}, now).ok).toBe(true);
  expect(decide(key, undefined, now).ok).toBe(true);
});

test('decide() refuses an unknown key', () => {
  expect(decide(null, asked, now)).toMatchObject({
    ok: false,
    reason: 'unknown',
    refusal: { status: 401, detail: 'Invalid API key' },
    key: null,
  });
});

test.each(faults)('decide() refuses for %s with %s', (reason, code, fault) => {
  const key = keyRecord(fault);
  expect(decide(key, asked, now)).toMatchObject({ ok: false, reason, refusal: { code }, key });
});

test('decide() names the first fault in the documented order, whatever others there are', () => {
  fc.assert(
    fc.property(fc.subarray(faults, { minLength: 1 }), (some) => {
      const key = keyRecord(Object.assign({}, ...some.map(([, , fault]) => fault)));
      expect(decide(key, asked, now)).toMatchObject({ ok: false, reason: some[0]?.[0] });
    }),
  );
});

test('decide() answers every 401 with the same text', () => {
  const outcomes = [null, ...faults.slice(0, 5).map(([, , fault]) => keyRecord(fault))].map((key) =>
    decide(key, asked, now),
  );
  const refusals = new Set(outcomes.map((outcome) => (outcome.ok ? null : outcome.refusal)));
  expect(refusals.size).toBe(1);
});

test('decide() refuses a key on the paths of another dialect', () => {
  expect(decide(keyRecord(), { dialects: ['platform'] }, now)).toMatchObject({
    reason: 'dialect',
    refusal: { code: 'invalid_key' },
  });
});

test.each<[keyof KeyRecord, number, boolean]>([
  ['expiresAt', now - 1, false],
  ['expiresAt', now, false],
  ['expiresAt', now + 1, true],
  ['secretExpiresAt', now - 1, false],
  ['secretExpiresAt', now, false],
  ['secretExpiresAt', now + 1, true],
  // However the clocks differ: a revoked key is revoked.
  ['revokedAt', now + 1_000_000, false],
  ['revokedAt', 0, false],
])('decide() with %s at %i: %s', (field, instant, ok) => {
  expect(decide(keyRecord({ [field]: instant }), asked, now).ok).toBe(ok);
});

test.each<[number | null, boolean]>([
  [null, false],
  [0, false],
  [1, false],
  [2, false],
  [3, true],
  [Number.NaN, false],
])('decide() with an organization of tier %s: %s', (tier, ok) => {
  const organization = { id: 'org_1', name: 'Acme', tier };
  expect(decide(keyRecord({ organization }), asked, now).ok).toBe(ok);
});

test('decide() refuses what expires when the clock gives no number', () => {
  expect(decide(keyRecord({ expiresAt: now }), asked, Number.NaN).ok).toBe(false);
  expect(decide(keyRecord({ secretExpiresAt: now }), asked, Number.NaN).ok).toBe(false);
});

test('decide() accepts a key held to an active sub-org', () => {
  expect(decide(keyRecord({ subOrg: { id: 7, active: true } }), asked, now).ok).toBe(true);
});

test.each<[readonly string[] | null, string | undefined, boolean]>([
  [null, undefined, true],
  [null, 'nonsense', true],
  [['203.0.113.0/24'], '203.0.113.7', true],
  [['203.0.113.0/24'], '::ffff:203.0.113.7', true],
  [['203.0.113.0/24'], '198.51.100.1', false],
  [['203.0.113.0/24'], undefined, false],
  [[], '203.0.113.7', false],
])('decide() with the allow list %j and the address %j: %s', (ipAllowList, address, ok) => {
  expect(decide(keyRecord({ ipAllowList }), { address }, now).ok).toBe(ok);
});

test.each<[KeyRecord['owner']['role'], string | undefined, Reason | null]>([
  ['admin', 'admin:*', null],
  ['engineer', 'repos:analyze', null],
  ['engineer', 'admin:*', 'scope'],
  ['viewer', 'repos:read', null],
  ['viewer', 'repos:analyze', 'scope'],
  ['none', 'repos:read', 'authority'],
  ['none', undefined, 'authority'],
])('decide() for an owner whose role is now %s, asked for %s: %s', (role, scope, reason) => {
  const key = keyRecord({ owner: { kind: 'member', id: 'user_1', role } });
  const outcome = decide(key, scope === undefined ? {} : { scope }, now);
  expect(outcome.ok ? null : outcome.reason).toBe(reason);
});
