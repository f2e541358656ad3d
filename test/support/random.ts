import type { RandomSource } from '../../core/mod.ts';

/** A repeatable random source (xorshift32): two of the same seed give the same bytes. */
export function seededRandom(seed: number): RandomSource {
  let state = seed | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 16) & 0xff;
  };
  return (length) => Uint8Array.from({ length }, next);
}
