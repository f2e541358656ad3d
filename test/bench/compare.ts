/** Does something once; the number counts up and picks, for example, a key. */
export type Work = (n: number) => unknown;

/** The result of comparing two works. */
export interface Comparison {
  /** Ours ÷ the reference: the median over all pairs of rounds. */
  readonly ratio: number;
  /** Nanoseconds of one call: the median over all rounds. */
  readonly ours: number;
  readonly reference: number;
}

/** The settings of a comparison. */
export interface CompareOptions {
  /** True where a call answers with a promise: it is awaited before the next. */
  readonly awaits?: boolean;
  /** The number of pairs of rounds; of single calls where they are awaited. */
  readonly pairs?: number;
  /** Whether the pair just measured counts; asked after each. */
  readonly isValid?: () => boolean;
}

/** The intended length of one round, in nanoseconds: less than a time slice of a busy machine. */
const roundLength = 2e6;

/**
 * Compares two works in one run: many short rounds in turns, each pair in the other order, because
 * then other load on the machine falls on both sides alike; and medians, because they drop it. A
 * work that waits for another process is measured call by call.
 */
export async function compare(
  ours: Work,
  reference: Work,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { awaits = false, pairs = awaits ? 4001 : 501, isValid = () => true } = options;
  const ourRound = awaits ? await singleCalls(ours) : await roundsOf(ours);
  const referenceRound = awaits ? await singleCalls(reference) : await roundsOf(reference);
  const measured: { ours: number; reference: number }[] = [];
  for (let pair = 0; measured.length < pairs; pair++) {
    if (pair > pairs * 10) throw new Error('too many rounds did not count');
    const first = pair % 2 === 0 ? await ourRound() : await referenceRound();
    const second = pair % 2 === 0 ? await referenceRound() : await ourRound();
    if (!isValid()) continue;
    const [mine, other] = pair % 2 === 0 ? [first, second] : [second, first];
    measured.push({ ours: mine, reference: other });
  }
  const sides = {
    ours: median(measured.map((pair) => pair.ours)),
    reference: median(measured.map((pair) => pair.reference)),
  };
  // Single calls vary too much for the ratio of each pair to mean anything.
  const ratio = awaits
    ? sides.ours / sides.reference
    : median(measured.map((pair) => pair.ours / pair.reference));
  return { ratio, ...sides };
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

/** Warms a work up, finds how many calls fill a round, and gives the round: nanoseconds per call. */
async function roundsOf(work: Work): Promise<() => Promise<number>> {
  let next = 0;
  let count = 1;
  const round = async (calls: number) => {
    // Lets timers and answers through, such as the renewal of a lease.
    await new Promise((resolve) => setTimeout(resolve));
    const end = next + calls;
    const start = performance.now();
    while (next < end) work(next++);
    return ((performance.now() - start) * 1e6) / calls;
  };
  for (let i = 0; i < 60; i++) {
    const each = Math.max(1, await round(count));
    count = Math.max(1, Math.min(count * 10, 100_000, Math.round(roundLength / each)));
  }
  const calls = count;
  return () => round(calls);
}

/** Warms a work up, and gives a call of it that is waited for: nanoseconds. */
async function singleCalls(work: Work): Promise<() => Promise<number>> {
  let next = 0;
  const call = async () => {
    const start = performance.now();
    await work(next++);
    return (performance.now() - start) * 1e6;
  };
  for (let i = 0; i < 2000; i++) await call();
  return call;
}
