import { expect, test } from 'vitest';
import { startReconciliation, type Timer } from '../../../server/clerk/reconciliation-schedule.ts';

/** A timer and reconciliations that the test ends by hand. */
function stage() {
  const pending: { milliseconds: number; fire: () => void }[] = [];
  const timer: Timer = (milliseconds, fire) => {
    const entry = { milliseconds, fire };
    pending.push(entry);
    return () => pending.splice(pending.indexOf(entry), 1);
  };
  const rounds: PromiseWithResolvers<void>[] = [];
  const signals: AbortSignal[] = [];
  const reconcile = (signal: AbortSignal) => {
    signals.push(signal);
    const round = Promise.withResolvers<void>();
    rounds.push(round);
    return round.promise;
  };
  const errors: unknown[] = [];
  const logger = { error: (details: unknown) => errors.push(details) };
  return { pending, timer, rounds, signals, reconcile, errors, logger };
}

/** Lets promises that are settled run their course. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('startReconciliation() begins at once, and pauses after the end of each round', async () => {
  const { pending, rounds, ...options } = stage();
  const running = startReconciliation(options);
  expect(rounds).toHaveLength(1);
  expect(pending).toEqual([]);
  rounds[0]?.resolve();
  await settled();
  expect(pending).toMatchObject([{ milliseconds: 300_000 }]);
  pending.pop()?.fire();
  expect(rounds).toHaveLength(2);
  rounds[1]?.resolve();
  await running[Symbol.asyncDispose]();
});

test('startReconciliation() logs a failure and tries again', async () => {
  const { pending, rounds, errors, ...options } = stage();
  await using _ = startReconciliation({ ...options, intervalMs: 1_000 });
  const err = new Error('Clerk is away');
  rounds[0]?.reject(err);
  await settled();
  expect(errors).toEqual([{ err }]);
  expect(pending).toMatchObject([{ milliseconds: 1_000 }]);
});

test('startReconciliation() aborts the round under way, waits for its end, starts no other', async () => {
  const { pending, rounds, signals, errors, ...options } = stage();
  const running = startReconciliation(options);
  let stopped = false;
  const stop = running[Symbol.asyncDispose]().then(() => {
    stopped = true;
  });
  await settled();
  expect([stopped, signals[0]?.aborted]).toEqual([false, true]);
  rounds[0]?.reject(signals[0]?.reason);
  await stop;
  expect([pending, errors]).toEqual([[], []]);
  expect(rounds).toHaveLength(1);
});

test('startReconciliation() stops while it pauses', async () => {
  const { pending, rounds, ...options } = stage();
  const running = startReconciliation(options);
  rounds[0]?.resolve();
  await settled();
  await running[Symbol.asyncDispose]();
  expect(pending).toEqual([]);
});
