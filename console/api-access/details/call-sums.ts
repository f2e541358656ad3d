import type { ApiKeyUsage, CallOutcome } from '../../api/records.ts';
import type { keyUse } from '../../messages/messages.ts';

export type Range = keyof typeof keyUse.ranges;
export type Sums = Readonly<Record<CallOutcome, number>>;

/** Answered first, then the failures, from the caller's own faults to the server's. */
export const outcomes = [
  'success',
  'client_error',
  'forbidden',
  'rate_limited',
  'server_error',
] as const satisfies readonly CallOutcome[];

/** The outcomes drawn below the line. */
export const failures = outcomes.filter((outcome) => outcome !== 'success');

/** One bar of the chart: an hour, or a day of UTC as in the list of keys. Unix milliseconds. */
export interface Span {
  readonly from: number;
  readonly sums: Sums;
}

/** The number of a range's spans, and the length of each. */
const lengths: Readonly<Record<Range, number>> = { '24h': 24, '7d': 7 };
const lasting: Readonly<Record<Range, number>> = { '24h': 3_600_000, '7d': 86_400_000 };

/** The spans of a range, oldest first, the present one last; spans without calls are included. */
export function spansOf(hourly: ApiKeyUsage['hourly'], range: Range, now: number): Span[] {
  const length = lasting[range];
  const present = Math.floor(now / length);
  return Array.from({ length: lengths[range] }, (_, index) => {
    const from = (present + index + 1 - lengths[range]) * length;
    const until = index + 1 === lengths[range] ? Number.POSITIVE_INFINITY : from + length;
    const within = hourly.filter((each) => {
      const at = Date.parse(each.hour);
      return at >= from && at < until;
    });
    return { from, sums: sumsOf(within) };
  });
}

/** The number of calls by outcome. */
export function sumsOf(counted: readonly { outcome: CallOutcome; count: number }[]): Sums {
  const sums = { success: 0, client_error: 0, forbidden: 0, rate_limited: 0, server_error: 0 };
  for (const { outcome, count } of counted) sums[outcome] += count;
  return sums;
}

/** Sums of several spans together. */
export function totalOf(spans: readonly Span[]): Sums {
  return sumsOf(
    spans.flatMap(({ sums }) => outcomes.map((outcome) => ({ outcome, count: sums[outcome] }))),
  );
}

/** The number of calls of every outcome. */
export function countOf(sums: Sums): number {
  return outcomes.reduce((count, outcome) => count + sums[outcome], 0);
}

/** The number of calls that failed. */
export function failedOf(sums: Sums): number {
  return countOf(sums) - sums.success;
}
