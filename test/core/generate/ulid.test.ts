import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId, ulid } from '../../../core/mod.ts';
import { seededRandom } from '../../support/random.ts';

const filled = (byte: number) => (length: number) => new Uint8Array(length).fill(byte);
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const anyTime = fc.nat({ max: 2 ** 48 - 1 });

test.each([
  [0, 0x00, '00000000000000000000000000'],
  [2 ** 48 - 1, 0xff, '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'],
  [1469918176385, 0x00, '01ARYZ6S410000000000000000'],
])('ulid() of time %i and bytes %i is %s', (now, byte, text) => {
  expect(ulid(now, filled(byte))).toBe(text);
});

/** The value of Crockford digits. */
function decode(text: string): bigint {
  return [...text].reduce((value, digit) => value * 32n + BigInt(crockford.indexOf(digit)), 0n);
}

test('ulid() holds its time and all 80 random bits', () => {
  fc.assert(
    fc.property(anyTime, fc.uint8Array({ minLength: 10, maxLength: 10 }), (now, bytes) => {
      const hex = decode(ulid(now, () => bytes))
        .toString(16)
        .padStart(32, '0');
      expect(Number.parseInt(hex.slice(0, 12), 16)).toBe(now);
      expect(hex.slice(12)).toBe(Buffer.from(bytes).toString('hex'));
    }),
  );
});

test('ulid() sorts by time', () => {
  fc.assert(
    fc.property(anyTime, anyTime, fc.integer(), (a, b, seed) => {
      fc.pre(a < b);
      const random = seededRandom(seed);
      expect(ulid(a, random) < ulid(b, random)).toBe(true);
    }),
  );
});

test.each([-1, 0.5, Number.NaN, 2 ** 48])('ulid() refuses the time %d', (now) => {
  expect(() => ulid(now)).toThrow(RangeError);
});

test('ulid() throws when its random source gives too few bytes', () => {
  expect(() => ulid(0, () => new Uint8Array(9))).toThrow(TypeError);
});

test('newId() names its kind', () => {
  expect(newId('key')).toMatch(/^key_[0-9A-HJKMNP-TV-Z]{26}$/);
});
