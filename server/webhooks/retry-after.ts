/** Seconds that a `Retry-After` counts at most, so that it is a time at all. */
const maxSeconds = 366 * 24 * 60 * 60;

/**
 * The time that a `Retry-After` names (RFC 9110, 10.2.3): seconds, or an HTTP date.
 *
 * @param now - Unix milliseconds.
 * @returns Unix milliseconds; null where there is none, or none that can be read.
 */
export function retryAfterTime(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return now + Math.min(Number(value), maxSeconds) * 1_000;
  const time = /^[A-Z][a-z]{2,8}, .+ GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : Math.min(time, now + maxSeconds * 1_000);
}
