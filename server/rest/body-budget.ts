import { Problem } from '../wire/problem.ts';

/** Bytes of request bodies that a process holds at any time for senders without a credential. */
const maxOfStrangers = 16 * 1024 * 1024;

/** Bytes of bodies from authorized callers. */
const maxOfCallers = 64 * 1024 * 1024;

/**
 * Of these, bytes for the callers of one organization: an organization over its limit shuts out
 * only itself.
 */
const maxOfOrganization = 8 * 1024 * 1024;

/** One request's part of a budget; disposing of it gives that back. */
export interface BodyShare extends Disposable {
  /** Counts what arrives for an organization as well; before anything has arrived. */
  belongTo(organizationId: string): void;
  /**
   * Counts bytes that have arrived.
   *
   * @throws {Problem} 503 when the process holds too much already.
   */
  add(bytes: number): void;
}

/** The bytes of bodies that a process collects or works on. */
export interface BodyBudgets {
  /** For senders without a credential: they shut out each other, and no caller. */
  strangers(): BodyShare;
  callers(): BodyShare;
}

/** Makes the budgets of one app. */
export function createBodyBudgets(): BodyBudgets {
  return { strangers: budget(maxOfStrangers), callers: budget(maxOfCallers) };
}

function budget(maxBytes: number): () => BodyShare {
  let held = 0;
  const heldBy = new Map<string, number>();
  return () => {
    let mine = 0;
    let owner: string | null = null;
    const hold = (bytes: number) => {
      held += bytes;
      mine += bytes;
      if (owner === null) return;
      const its = (heldBy.get(owner) ?? 0) + bytes;
      if (its > 0) heldBy.set(owner, its);
      else heldBy.delete(owner);
    };
    return {
      belongTo(organizationId) {
        owner = organizationId;
      },
      add(bytes) {
        const its = owner === null ? 0 : (heldBy.get(owner) ?? 0);
        if (held + bytes > maxBytes || its + bytes > maxOfOrganization) {
          const headers = { 'Retry-After': '1', Connection: 'close' };
          throw new Problem(503, 'Too many requests are being received, retry shortly', headers);
        }
        hold(bytes);
      },
      [Symbol.dispose]() {
        hold(-mine);
      },
    };
  };
}
