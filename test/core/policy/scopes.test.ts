import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grants, permits, type Role, scopesOf } from '../../../core/mod.ts';

const scopes = ['repos:read', 'repos:analyze', 'extensions:read', 'extensions:submit', 'admin:*'];
const dialect = 'reporisk';

test('scopesOf() lists the documented scopes', () => {
  expect(scopesOf(dialect)).toEqual(scopes);
});

test('grants() covers everything with null, nothing with an empty list', () => {
  expect(scopes.filter((scope) => grants(dialect, null, scope))).toEqual(scopes);
  expect(scopes.filter((scope) => grants(dialect, [], scope))).toEqual([]);
});

test.each(scopes.slice(0, 4))('grants() covers by %s itself alone', (granted) => {
  expect(scopes.filter((scope) => grants(dialect, [granted], scope))).toEqual([granted]);
});

test('grants() covers every scope with admin:*', () => {
  expect(scopes.filter((scope) => grants(dialect, ['admin:*'], scope))).toEqual(scopes);
});

test.each([
  ...['', '*', 'repos:*', 'repos', 'repos:read ', 'REPOS:READ', 'repos:readx'],
  ...['constructor', 'toString', '__proto__', 'hasOwnProperty'],
])('grants() covers no scope that is none: %j', (required) => {
  expect(grants(dialect, null, required)).toBe(false);
  expect(grants(dialect, ['admin:*'], required)).toBe(false);
  expect(grants(dialect, [required], required)).toBe(false);
  expect(permits({ dialect, scopes: null, owner: { role: 'admin' } }, required)).toBe(false);
});

test('grants() covers more with more scopes, never less', () => {
  const some = fc.subarray(scopes);
  fc.assert(
    fc.property(some, some, fc.constantFrom(...scopes), (a, b, required) => {
      const apart = grants(dialect, a, required) || grants(dialect, b, required);
      expect(grants(dialect, [...a, ...b], required)).toBe(apart);
    }),
  );
});

test.each<[Role, string[]]>([
  ['admin', scopes],
  ['engineer', ['repos:read', 'repos:analyze', 'extensions:read', 'extensions:submit']],
  ['viewer', ['repos:read', 'extensions:read']],
  ['none', []],
])('permits() gives a key of every scope no more than its owner has as %s', (role, allowed) => {
  for (const granted of [null, ['admin:*'], scopes]) {
    const key = { dialect, scopes: granted, owner: { role } } as const;
    expect(scopes.filter((scope) => permits(key, scope))).toEqual(allowed);
  }
});

test("permits() gives an admin's key no more than its scopes", () => {
  const key = { dialect, scopes: ['repos:read'], owner: { role: 'admin' } } as const;
  expect(scopes.filter((scope) => permits(key, scope))).toEqual(['repos:read']);
});
