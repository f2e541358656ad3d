import { expect, test } from 'vitest';
import type { Clock } from '../../../server/clock/clock.ts';
import { repeat } from '../../../server/clock/repeat.ts';

/** A timer and runs that the test ends by hand. */
function stage() {
  const pending: { milliseconds: number; fire: () => void }[] = [];
  const timer: Clock['after'] = (milliseconds, fire) => {
    const entry = { milliseconds, fire };
    pending.push(entry);
    return () => pending.splice(pending.indexOf(entry), 1);
  };
  const runs: PromiseWithResolvers<void>[] = [];
  const signals: AbortSignal[] = [];
  const run = (signal: AbortSignal) => {
    signals.push(signal);
    const started = Promise.withResolvers<void>();
    runs.push(started);
    return started.promise;
  };
  const errors: unknown[] = [];
  const logger = { error: (details: unknown) => errors.push(details) };
  return { pending, timer, runs, signals, run, errors, logger, name: 'counting', every: 1_000 };
}

/** Lets promises that are settled run their course. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('repeat() begins at once, and pauses after the end of each run', async () => {
  const { pending, runs, ...options } = stage();
  const running = repeat(options);
  expect(runs).toHaveLength(1);
  expect(pending).toEqual([]);
  runs[0]?.resolve();
  await settled();
  expect(pending).toMatchObject([{ milliseconds: 1_000 }]);
  pending.pop()?.fire();
  expect(runs).toHaveLength(2);
  runs[1]?.resolve();
  await running[Symbol.asyncDispose]();
});

test('repeat() logs a failure and tries again', async () => {
  const { pending, runs, errors, ...options } = stage();
  await using _ = repeat(options);
  const err = new Error('away');
  runs[0]?.reject(err);
  await settled();
  expect(errors).toEqual([{ err }]);
  expect(pending).toMatchObject([{ milliseconds: 1_000 }]);
});

test('repeat() aborts the run under way, waits for its end, starts no other', async () => {
  const { pending, runs, signals, errors, ...options } = stage();
  const running = repeat(options);
  let stopped = false;
  const stop = running[Symbol.asyncDispose]().then(() => {
    stopped = true;
  });
  await settled();
  expect([stopped, signals[0]?.aborted]).toEqual([false, true]);
  runs[0]?.reject(signals[0]?.reason);
  await stop;
  expect([pending, errors]).toEqual([[], []]);
  expect(runs).toHaveLength(1);
});

test('repeat() stops while it pauses', async () => {
  const { pending, runs, ...options } = stage();
  const running = repeat(options);
  runs[0]?.resolve();
  await settled();
  await running[Symbol.asyncDispose]();
  expect(pending).toEqual([]);
});
