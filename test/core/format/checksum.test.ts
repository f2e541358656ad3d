import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase62 } from '../../../core/format/base62.ts';
import { checksumOf, crcOf, endsWithChecksum } from '../../../core/format/checksum.ts';

const ascii = fc.string({ unit: 'binary-ascii' });

test('crcOf() gives the check value of CRC-32/ISO-HDLC', () => {
  expect(~crcOf('123456789') >>> 0).toBe(0xcbf43926);
});

test('crcOf() goes on where it stopped', () => {
  fc.assert(fc.property(ascii, ascii, (a, b) => crcOf(b, crcOf(a)) === crcOf(a + b)));
});

test.each([
  [0, '000000'],
  [61, '00000z'],
  [62, '000010'],
  [2 ** 32 - 1, '4gfFC3'],
  [62 ** 6 - 1, 'zzzzzz'],
])('toBase62() writes %i as %s', (value, text) => {
  expect(toBase62(value, 6)).toBe(text);
});

test.each([-1, 0.5, Number.NaN, 2 ** 53, 62 ** 6])(
  'toBase62() refuses %d in six digits',
  (value) => {
    expect(() => toBase62(value, 6)).toThrow(RangeError);
  },
);

test('endsWithChecksum() agrees with checksumOf() and with no other six characters', () => {
  const six = fc.string({ minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(ascii, six, (body, other) => {
      const checksum = checksumOf(body);
      expect(endsWithChecksum(body + checksum, crcOf(body))).toBe(true);
      expect(endsWithChecksum(body + other, crcOf(body))).toBe(other === checksum);
    }),
  );
});

test('endsWithChecksum() refuses six digits whose value is the checksum plus 2^32', () => {
  const body = 'rrk_live_';
  const wrapped = toBase62((~crcOf(body) >>> 0) + 2 ** 32, 6);
  expect(endsWithChecksum(body + wrapped, crcOf(body))).toBe(false);
});
