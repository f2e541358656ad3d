import { createSignal } from 'solid-js';
import { type Problem, problemOf } from './problem.ts';

/**
 * Something that the server is asked to do. It holds whether it is under way and why it failed, and
 * can be tried again. It keeps no answer: a secret must not outlive the dialog that shows it. What is
 * under way is not started twice, so its button says `aria-disabled`: `disabled` would lose the focus.
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
