import { expect, test } from 'vitest';
import { generateKey, maskKey, parseKey, type RandomSource } from '../../../core/mod.ts';
import { seededRandom } from '../../support/random.ts';

test.each(['live', 'test'] as const)('generateKey() makes a key that parses: %s', (environment) => {
  const { key, ...kept } = generateKey({ environment });
  expect(key).toMatch(/^rrk_(live|test)_[0-9A-Za-z]{36}_[0-9A-Za-z]{6}$/);
  expect(parseKey(key)).toEqual(kept);
  expect(kept.environment).toBe(environment);
  expect(kept.preview).toBe(maskKey(key));
});

test('generateKey() makes a live key unless told otherwise', () => {
  expect(generateKey().environment).toBe('live');
});

test('generateKey() gives the same key for the same random bytes', () => {
  const zeros = generateKey({ random: (length) => new Uint8Array(length) });
  expect(zeros.key).toBe('rrk_live_000000000000000000000000000000000000_496OGw');
});

test('generateKey() throws the values 62 and 63 away instead of folding them', () => {
  const rejected = [62, 63, 126, 127, 190, 191, 254, 255];
  let drawn = 0;
  const random: RandomSource = (length) =>
    Uint8Array.from({ length }, () => (drawn++ < 20 ? (rejected[drawn % 8] ?? 62) : 61));
  expect(generateKey({ random }).key).toContain(`_${'z'.repeat(36)}_`);
});

test('generateKey() draws all 62 digits equally often (chi-square)', () => {
  const random = seededRandom(20_261_101);
  const counts = new Map<string, number>();
  const keys = 20_000;
  for (let i = 0; i < keys; i++) {
    for (const digit of generateKey({ random }).key.slice(9, 45)) {
      counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
  }
  const expected = (keys * 36) / 62;
  const chiSquare = [...counts.values()].reduce(
    (sum, n) => sum + (n - expected) ** 2 / expected,
    0,
  );
  expect(counts.size).toBe(62);
  // 61 degrees of freedom: 100.9 is exceeded by one in a thousand; a remainder by 62 gives 10,000.
  expect(chiSquare).toBeLessThan(100.9);
});

test('generateKey() makes no key twice', () => {
  const keys = new Set(Array.from({ length: 1000 }, () => generateKey().key));
  expect(keys.size).toBe(1000);
});

test.each<[string, RandomSource]>([
  ['gives too few bytes', () => new Uint8Array(35)],
  ['gives none', () => new Uint8Array(0)],
  ['is stuck at rejected values', (length) => new Uint8Array(length).fill(0xff)],
])('generateKey() throws when its random source %s', (_, random) => {
  expect(() => generateKey({ random })).toThrow(TypeError);
});
