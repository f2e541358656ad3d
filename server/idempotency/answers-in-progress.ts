import { Problem } from '../wire/problem.ts';

/** The requests with an `Idempotency-Key` in flight in this process. */
export interface AnswersInProgress {
  /**
   * Runs a request, unless one with the same id is in flight.
   *
   * @throws {Problem} 409.
   */
  run<T>(id: string, answer: () => Promise<T>): Promise<T>;
}

export function createAnswersInProgress(): AnswersInProgress {
  const ids = new Set<string>();
  return {
    async run(id, answer) {
      if (ids.has(id)) throw inProgress();
      ids.add(id);
      try {
        return await answer();
      } finally {
        ids.delete(id);
      }
    },
  };
}

/** The first request may still fail: the next one then runs as the first. */
export function inProgress(): Problem {
  const detail = 'A request with this Idempotency-Key is in progress';
  return new Problem(409, detail, { 'Retry-After': '1' });
}
