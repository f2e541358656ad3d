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

/** One bar of the chart: an hour, or a day of the reader's calendar. Unix milliseconds. */
export interface Span {
  readonly from: number;
  readonly sums: Sums;
}

const hour = 3_600_000;
const lengths: Readonly<Record<Range, number>> = { '24h': 24, '7d': 7 };

/** The spans of a range, oldest first, the present one last; spans without calls are included. */
export function spansOf(hourly: ApiKeyUsage['hourly'], range: Range, now: number): Span[] {
  const starts = Array.from({ length: lengths[range] }, (_, index) =>
    startOf(range, now, index + 1 - lengths[range]),
  );
  return starts.map((from, index) => {
    const until = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    const within = hourly.filter((each) => {
      const at = Date.parse(each.hour);
      return at >= from && at < until;
    });
    return { from, sums: sumsOf(within) };
  });
}

/** The start of the span that lies `offset` spans away from the present one. */
function startOf(range: Range, now: number, offset: number): number {
  if (range === '24h') return (Math.floor(now / hour) + offset) * hour;
  const day = new Date(now);
  // By the calendar: a day on which the clocks change is not 24 hours long.
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + offset).getTime();
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
