import type { Clock } from './clock.ts';

/**
 * Waits for an answer, for a limited time: a connection can die without a sign.
 *
 * @param clock - whose timers are used.
 * @param milliseconds - how long to wait.
 * @param answer - the promise to wait for; a late result or rejection is ignored.
 * @returns the answer.
 * @throws what the answer rejects with, or an `Error` when it is late.
 */
export function within<T>(clock: Clock, milliseconds: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${Math.round(milliseconds)} ms`));
    const cancel = clock.after(milliseconds, late);
    answer.then(resolve, reject).finally(cancel);
  });
}
