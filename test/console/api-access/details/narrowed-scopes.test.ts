import { expect, test } from 'vitest';
import { narrowedScopes } from '../../../../console/api-access/details/narrowed-scopes.ts';

const used = (...scopes: string[]) =>
  scopes.map((scope) => ({ scope, lastUsedAt: '2026-01-01T00:00:00.000Z' }));

test.each([
  {
    says: 'keeps what was used and loses the rest',
    granted: ['repos:read', 'repos:analyze'],
    use: { used: used('repos:read'), unused: ['repos:analyze'] },
    expected: { keeps: ['repos:read'], loses: ['repos:analyze'] },
  },
  {
    says: 'holds a key that may do everything to what it used',
    granted: null,
    use: {
      used: used('repos:read'),
      unused: ['repos:analyze', 'extensions:read', 'extensions:submit', 'admin:*'],
    },
    expected: {
      keeps: ['repos:read'],
      loses: ['repos:analyze', 'extensions:read', 'extensions:submit'],
    },
  },
  {
    says: 'replaces admin:* by what it was used for',
    granted: ['admin:*'],
    use: { used: used('repos:analyze'), unused: ['admin:*'] },
    expected: { keeps: ['repos:analyze'], loses: ['admin:*'] },
  },
  {
    says: 'does not give back a scope that was used before it was taken away',
    granted: ['repos:read', 'extensions:read'],
    use: { used: used('repos:analyze', 'repos:read'), unused: ['extensions:read'] },
    expected: { keeps: ['repos:read'], loses: ['extensions:read'] },
  },
  {
    says: 'has nothing to say when everything was used',
    granted: ['repos:read'],
    use: { used: used('repos:read'), unused: [] },
    expected: null,
  },
  {
    says: 'has nothing to say when nothing was used',
    granted: ['repos:read'],
    use: { used: [], unused: ['repos:read'] },
    expected: null,
  },
  {
    says: 'has nothing to say of a key that may do nothing',
    granted: [],
    use: { used: used('repos:read'), unused: [] },
    expected: null,
  },
])('narrowedScopes() $says', ({ granted, use, expected }) => {
  expect(narrowedScopes(granted, use)).toEqual(expected);
});

test('narrowedScopes() restores no scope of another service, which admin:* and every scope never cover', () => {
  const use = { used: used('billing:read', 'repos:read'), unused: ['repos:analyze'] };
  for (const granted of [null, ['admin:*']]) {
    expect(narrowedScopes(granted, use)?.keeps).toEqual(['repos:read']);
  }
});
