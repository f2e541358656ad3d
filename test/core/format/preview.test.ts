import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPreview, maskKey } from '../../../core/mod.ts';
import { anyKey } from '../../support/keys.ts';
import { anyCharacter } from '../../support/text.ts';
import { vectors } from '../../support/vectors.ts';

test.each(vectors.valid)('maskKey() makes $preview', ({ key, preview }) => {
  expect(maskKey(key)).toBe(preview);
});

test('maskKey() masks an imported key', () => {
  expect(maskKey(`rrk_live_AbCd${'-_'.repeat(17)}eXy1z`)).toBe('rrk_live_AbCd••••Xy1z');
});

test('maskKey() hides 35 of the 43 characters behind the prefix', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const [before, after] = maskKey(key).split('••••');
      expect(before).toBe(key.slice(0, 13));
      expect(after).toBe(key.slice(-4));
    }),
  );
});

test('maskKey() throws on what is no key, and does not repeat it', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, minLength: 8 }), (text) => {
      expect(() => maskKey(text)).toThrow(TypeError);
      expect(() => maskKey(text)).toThrow(/^not a key$/);
    }),
  );
});

test.each([
  ['AbCdE', 'Xy1z'],
  ['AbCd', 'Xy1'],
  ['', ''],
])('formatPreview() refuses to show %j and %j', (first4, last4) => {
  expect(() => formatPreview('rrk_live_', first4, last4)).toThrow(TypeError);
});
