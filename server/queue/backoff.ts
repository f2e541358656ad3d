import type { RandomSource } from '../../core/mod.ts';
import { hour } from '../clock/durations.ts';

const first = 5_000;
const longest = hour;

/**
 * The delay before the next attempt: 5 seconds, then twice as long each time, an hour at most. Half
 * of it is random: tasks that failed together are not retried together.
 *
 * @param attempts - how many failed so far; at least 1.
 * @returns milliseconds.
 */
export function backoff(attempts: number, random: RandomSource): number {
  const full = Math.min(longest, first * 2 ** Math.min(attempts - 1, 20));
  const [high = 0, low = 0] = random(2);
  const chance = (high * 256 + low) / 65_536;
  return Math.round(full / 2 + (full / 2) * chance);
}
