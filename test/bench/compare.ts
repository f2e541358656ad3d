import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Does something once; the number counts up and picks, for example, a key. */
export type Work = (n: number) => unknown;

/** How two works compare. */
export interface Comparison {
  /** Ours ÷ the reference: the median over all pairs of rounds. */
  readonly ratio: number;
  /** Nanoseconds of one call: the median over all rounds. */
  readonly ours: number;
  readonly reference: number;
}

/** How a comparison is made. */
export interface CompareOptions {
  /** True where a call answers with a promise, which is then awaited before the next. */
  readonly awaits?: boolean;
  /** How many pairs of rounds. */
  readonly pairs?: number;
  /** Whether the pair just measured counts; asked after each. */
  readonly isValid?: () => boolean;
}

/** How long one round is meant to take, in milliseconds: shorter than a time slice of a busy machine. */
const roundLength = 4;

/**
 * Compares two works in one run: many short rounds in turns, each pair in the other order, so that
 * whatever else the machine does falls on both sides alike; and medians, so that it falls out.
 */
export async function compare(
  ours: Work,
  reference: Work,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { awaits = false, pairs = 151, isValid = () => true } = options;
  const time = awaits ? timeAwaiting : timeSync;
  const ourRound = await roundOf(ours, time);
  const referenceRound = await roundOf(reference, time);
  const measured: { ours: number; reference: number }[] = [];
  for (let pair = 0; measured.length < pairs; pair++) {
    if (pair > pairs * 10) throw new Error('too many rounds did not count');
    const first = pair % 2 === 0 ? await ourRound() : await referenceRound();
    const second = pair % 2 === 0 ? await referenceRound() : await ourRound();
    if (!isValid()) continue;
    const [mine, other] = pair % 2 === 0 ? [first, second] : [second, first];
    measured.push({ ours: mine, reference: other });
  }
  return {
    ratio: median(measured.map((pair) => pair.ours / pair.reference)),
    ours: median(measured.map((pair) => pair.ours)),
    reference: median(measured.map((pair) => pair.reference)),
  };
}

/** The middle of a list. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the given part of a list lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

type Time = (work: Work, from: number, count: number) => number | Promise<number>;

/** Warms a work up, finds how many calls fill a round, and gives the round: nanoseconds per call. */
async function roundOf(work: Work, time: Time): Promise<() => Promise<number>> {
  let next = 0;
  let count = 1;
  const round = async (calls: number) => {
    // Lets timers and answers through, such as the renewal of a lease.
    await setImmediate();
    const from = next;
    next += calls;
    return (await time(work, from, calls)) / calls;
  };
  for (let i = 0; i < 60; i++) {
    const each = await round(count);
    count = Math.max(1, Math.min(100_000, Math.round((roundLength * 1e6) / each)));
  }
  const calls = count;
  return () => round(calls);
}

function timeSync(work: Work, from: number, count: number): number {
  const start = performance.now();
  for (let n = from; n < from + count; n++) work(n);
  return (performance.now() - start) * 1e6;
}

async function timeAwaiting(work: Work, from: number, count: number): Promise<number> {
  const start = performance.now();
  for (let n = from; n < from + count; n++) await work(n);
  return (performance.now() - start) * 1e6;
}
