import { type RandomSource, secureRandom } from '../../core/mod.ts';

/** Bytes drawn from the runtime per refill. */
const poolSize = 8192;

/**
 * Random bytes for ids, which are made for every request: asking the runtime for ten bytes costs
 * more than verifying a key. Bytes are given out once and erased from the pool. Secrets never come
 * from this pool: they are drawn from the runtime itself.
 *
 * @param source - fills the pool.
 */
export function createIdRandomness(source: RandomSource = secureRandom): RandomSource {
  let pool: Uint8Array = new Uint8Array(0);
  let next = 0;
  return (length) => {
    if (length > poolSize) return source(length);
    if (next + length > pool.length) {
      pool = source(poolSize);
      next = 0;
    }
    const bytes = pool.slice(next, next + length);
    pool.fill(0, next, next + length);
    next += length;
    return bytes;
  };
}
