import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recognizeKey } from '../../../core/mod.ts';
import { anyKey } from '../../support/keys.ts';
import { anyCharacter } from '../../support/text.ts';
import { vectors } from '../../support/vectors.ts';

const sample = 'rrk_live_HQLLoODnpK4FH0AdQsKQKijGewriRP6mqKRl_2arDdc';

test.each(vectors.valid)('recognizeKey() accepts $key', ({ key, environment }) => {
  expect(recognizeKey(key)).toEqual({
    dialect: 'reporisk',
    environment,
    prefix: `rrk_${environment}_`,
    checksummed: true,
  });
});

test.each(vectors.invalid)('recognizeKey() sees no checksummed key where $reason', ({ key }) => {
  expect(recognizeKey(key)?.checksummed ?? false).toBe(false);
});

test('recognizeKey() refuses a key whose checksum covers another prefix', () => {
  expect(recognizeKey(sample.replace('rrk_live_', 'rrk_test_'))).toBeNull();
});

test('recognizeKey() returns shared frozen shapes, so that it allocates nothing', () => {
  const shape = recognizeKey(sample);
  expect(Object.isFrozen(shape)).toBe(true);
  expect(recognizeKey('rrk_live_000000000000000000000000000000000000_496OGw')).toBe(shape);
});

test.each([
  ['letters and digits', 'a'.repeat(43)],
  ['hyphens and underscores', `${'-_'.repeat(21)}A`],
  ['a failing checksum', `${'a'.repeat(36)}_000000`],
])('recognizeKey() takes 43 base64url characters for an imported key: %s', (_, tail) => {
  const shape = recognizeKey(`rrk_live_${tail}`);
  expect(shape).toEqual({
    dialect: 'reporisk',
    environment: 'live',
    prefix: 'rrk_live_',
    checksummed: false,
  });
  expect(Object.isFrozen(shape)).toBe(true);
});

test.each([
  ['42 characters', `rrk_live_${'a'.repeat(42)}`],
  ['44 characters', `rrk_live_${'a'.repeat(44)}`],
  ['the test prefix', `rrk_test_${'a'.repeat(43)}`],
  ['a plus sign', `rrk_live_${'a'.repeat(42)}+`],
  ['a dot where the checksum would begin', `rrk_live_${'a'.repeat(36)}.${'a'.repeat(6)}`],
  ['padding', `rrk_live_${'a'.repeat(42)}=`],
  ['a character whose code ends like a letter', `rrk_live_${'a'.repeat(42)}\u0161`],
  ['a lone surrogate', `rrk_live_\ud800${'a'.repeat(42)}`],
])('recognizeKey() takes no other text for an imported key: %s', (_, text) => {
  expect(recognizeKey(text)).toBeNull();
});

test('recognizeKey() refuses any one character changed', () => {
  const change = fc.tuple(anyKey, fc.nat(51), anyCharacter);
  fc.assert(
    fc.property(change, ([key, at, character]) => {
      fc.pre(key[at] !== character);
      const changed = key.slice(0, at) + character + key.slice(at + 1);
      expect(recognizeKey(changed)?.checksummed ?? false).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

test('recognizeKey() refuses every base 62 digit in every other place of a key', () => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-';
  const accepted = [...sample].flatMap((character, at) =>
    [...digits]
      .filter((digit) => digit !== character)
      .map((digit) => sample.slice(0, at) + digit + sample.slice(at + 1))
      .filter((changed) => recognizeKey(changed)?.checksummed),
  );
  expect(accepted).toEqual([]);
});

test('recognizeKey() refuses any two adjacent characters swapped', () => {
  fc.assert(
    fc.property(anyKey, fc.nat(50), (key, at) => {
      const [a = '', b = ''] = key.slice(at, at + 2);
      fc.pre(a !== b);
      const swapped = key.slice(0, at) + b + a + key.slice(at + 2);
      expect(recognizeKey(swapped)?.checksummed ?? false).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

test('recognizeKey() never throws, whatever the text', () => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 100 }),
    fc.string({ unit: anyCharacter, minLength: 52, maxLength: 52 }),
    fc
      .string({ unit: anyCharacter, minLength: 43, maxLength: 43 })
      .map((tail) => `rrk_live_${tail}`),
  );
  fc.assert(fc.property(text, (each) => recognizeKey(each)?.checksummed !== true));
});

test.each([undefined, null, 52, {}, [], Symbol('key'), { length: 52 }])(
  'recognizeKey() answers null to what is no text at all: %o',
  (value) => {
    // @ts-expect-error plain JavaScript may pass anything
    expect(recognizeKey(value)).toBeNull();
  },
);

test('recognizeKey() looks at no character of an overlong text', () => {
  expect(recognizeKey(sample + 'a'.repeat(10_000))).toBeNull();
});
