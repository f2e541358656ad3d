import { expect, test } from 'vitest';
import {
  createMemoryKeyStore,
  createVerifier,
  grants,
  openRemoteVerifier,
  permits,
  type Role,
  readExtraScopes,
  scopesOf,
} from '../../../core/mod.ts';

const extra = readExtraScopes(['billing:read', 'billing:charge=submit', 'billing:close']);

test('readExtraScopes() takes …:read as reading, all else as managing unless written =submit', () => {
  expect(extra).toEqual({
    'billing:read': 'read',
    'billing:charge': 'submit',
    'billing:close': 'manage',
  });
  expect(Object.isFrozen(extra)).toBe(true);
  expect(readExtraScopes([])).toEqual({});
});

test.each([
  ...[
    '',
    'billing',
    'Billing:read',
    'billing:Read',
    'billing:*',
    'billing:read:all',
    ' billing:read',
  ],
  ...[
    'billing:read=submit',
    'billing:charge=manage',
    'billing:charge=',
    'billing:read\n',
    '=submit',
  ],
  ...['repos:write', 'extensions:remove', 'admin:read', 'cases:read', 'versions:drop'],
  `billing:${'x'.repeat(33)}`,
])('readExtraScopes() refuses %j', (name) => {
  expect(() => readExtraScopes([name])).toThrow(/take at most 64 different names noun:verb/);
});

test('readExtraScopes() refuses one given twice, and more than 64', () => {
  expect(() => readExtraScopes(['billing:charge', 'billing:charge=submit'])).toThrow(TypeError);
  const names = Array.from({ length: 65 }, (_, n) => `n${n}:read`);
  expect(Object.keys(readExtraScopes(names.slice(1)))).toHaveLength(64);
  expect(() => readExtraScopes(names)).toThrow(TypeError);
});

test('grants() covers an extra scope by its name only, and where it is configured', () => {
  const granted = ['billing:read'];
  expect(grants('reporisk', granted, 'billing:read', extra)).toBe(true);
  expect(grants('reporisk', granted, 'billing:read')).toBe(false);
  expect(grants('reporisk', granted, 'billing:charge', extra)).toBe(false);
  expect(grants('reporisk', granted, 'constructor', extra)).toBe(false);
  for (const others of [null, ['admin:*'], []]) {
    expect(grants('reporisk', others, 'billing:read', extra)).toBe(false);
    expect(grants('reporisk', others, 'repos:read', extra)).toBe(
      grants('reporisk', others, 'repos:read'),
    );
  }
  expect(grants('platform', granted, 'billing:read', extra)).toBe(false);
});

test.each<[Role, string[]]>([
  ['admin', ['billing:read', 'billing:charge', 'billing:close']],
  ['engineer', ['billing:read', 'billing:charge']],
  ['viewer', ['billing:read']],
  ['none', []],
])('permits() gives extra scopes no more authority than their owner has as %s', (role, allowed) => {
  const scopes = Object.keys(extra);
  const key = { dialect: 'reporisk', scopes, owner: { role } } as const;
  expect(scopes.filter((scope) => permits(key, scope, extra))).toEqual(allowed);
});

test('scopesOf() lists extra scopes after those of RepoRisk’s own keys', () => {
  const names = Object.keys(extra);
  expect(scopesOf('reporisk', extra)).toEqual([...scopesOf('reporisk'), ...names]);
  expect(scopesOf('platform', extra)).toEqual(scopesOf('platform'));
});

test('a verifier is not made with a malformed extra scope', () => {
  const extraScopes = ['repos:write'];
  const store = createMemoryKeyStore();
  expect(() => createVerifier({ store, extraScopes })).toThrow('extra scopes are "repos:write"');
  const url = 'https://api.example.com';
  expect(() => openRemoteVerifier({ url, extraScopes })).toThrow('extra scopes are "repos:write"');
});
