import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKey } from '../../../core/mod.ts';
import { anyKey } from '../../support/keys.ts';
import { vectors } from '../../support/vectors.ts';

test.each(vectors.valid)('parseKey() parses $key', ({ key, environment, preview }) => {
  expect(parseKey(key)).toEqual({
    dialect: 'reporisk',
    environment,
    prefix: key.slice(0, 9),
    first4: key.slice(9, 13),
    last4: key.slice(-4),
    preview,
  });
});

test.each(vectors.invalid)('parseKey() refuses where $reason', ({ key }) => {
  expect(parseKey(key)).toBeNull();
});

test('parseKey() refuses the imported shape: nothing of it can be checked', () => {
  expect(parseKey(`rrk_live_${'a'.repeat(43)}`)).toBeNull();
});

test('parseKey() keeps at most eight of the random characters', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const kept = JSON.stringify(parseKey(key));
      expect(kept).not.toContain(key.slice(9, 14));
      expect(kept).not.toContain(key.slice(-5));
    }),
  );
});
