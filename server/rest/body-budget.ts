import { Problem } from '../operations/problem.ts';

/** Bytes of bodies from senders without a credential that a process holds at once. */
const maxOfStrangers = 16 * 1024 * 1024;

/** Bytes of bodies from callers that were let in. */
const maxOfCallers = 64 * 1024 * 1024;

/** What one request holds of a budget; disposing of it gives that back. */
export interface BodyShare extends Disposable {
  /**
   * Counts bytes that have arrived.
   *
   * @throws {Problem} 503 when the process holds too much already.
   */
  add(bytes: number): void;
}

/** How much a process holds of bodies that are being collected, or worked on. */
export interface BodyBudgets {
  /** For senders without a credential: they keep each other out, and no caller. */
  strangers(): BodyShare;
  callers(): BodyShare;
}

/** Makes the budgets of one app. */
export function createBodyBudgets(): BodyBudgets {
  return { strangers: budget(maxOfStrangers), callers: budget(maxOfCallers) };
}

function budget(maxBytes: number): () => BodyShare {
  let held = 0;
  return () => {
    let mine = 0;
    return {
      add(bytes) {
        if (held + bytes > maxBytes) {
          const headers = { 'Retry-After': '1', Connection: 'close' };
          throw new Problem(503, 'Too many requests are being received, retry shortly', headers);
        }
        held += bytes;
        mine += bytes;
      },
      [Symbol.dispose]() {
        held -= mine;
        mine = 0;
      },
    };
  };
}
