import { createSignal } from 'solid-js';
import { type Problem, problemOf } from './problem.ts';

/**
 * A request to the server that changes something. It holds whether it is pending and why it failed,
 * and can be retried. It keeps no answer: a secret must not outlive the dialog that shows it. A
 * pending request cannot start twice, so its button has `aria-disabled`: `disabled` drops focus.
 */
export function createAction<Arguments extends unknown[]>(
  run: (...args: Arguments) => Promise<void>,
) {
  const [isPending, setPending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  let last: Arguments | undefined;

  async function start(...args: Arguments): Promise<boolean> {
    if (isPending()) return false;
    last = args;
    setProblem(null);
    setPending(true);
    try {
      await run(...args);
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      setPending(false);
    }
  }

  return {
    start,
    retry: () => (last === undefined ? Promise.resolve(false) : start(...last)),
    isPending,
    problem,
    dismiss: () => setProblem(null),
  };
}
