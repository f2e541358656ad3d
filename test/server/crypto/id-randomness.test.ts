import { expect, test } from 'vitest';
import { secureRandom } from '../../../core/mod.ts';
import { createIdRandomness } from '../../../server/crypto/id-randomness.ts';

test('createIdRandomness() gives every byte of its source once, in order, and leaves none behind', () => {
  const drawn: Uint8Array[] = [];
  let counter = 0;
  const random = createIdRandomness((length) => {
    const bytes = Uint8Array.from({ length }, () => (counter++ % 255) + 1);
    drawn.push(bytes);
    return bytes;
  });
  const given = Array.from({ length: 819 }, () => random(10));
  expect(drawn.length).toBe(1);
  expect(given.flatMap((bytes) => [...bytes])).toEqual(
    Array.from({ length: 8190 }, (_, index) => (index % 255) + 1),
  );
  expect(drawn[0]?.subarray(0, 8190).every((byte) => byte === 0)).toBe(true);
  expect(random(10).length).toBe(10);
  expect(drawn.length).toBe(2);
});

test('createIdRandomness() never gives the same ten bytes twice', () => {
  const random = createIdRandomness(secureRandom);
  const given = Array.from({ length: 20_000 }, () => random(10).join());
  expect(new Set(given).size).toBe(given.length);
  expect(random(10_000).length).toBe(10_000);
});
