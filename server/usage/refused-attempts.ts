import { addressBlock } from '../rate-limits/address-name.ts';
import type { KeyCall } from './key-call.ts';
import type { RefusalReason, RefusedSecret } from './refused-secret.ts';

/** Refusal reasons of a dead secret: its holder should not have it. */
const deadly: readonly RefusalReason[] = ['revoked', 'expired', 'retired'];

/** Refused attempts with one key, for one reason, from one address. */
export interface RefusedAttempts {
  readonly keyId: string;
  readonly reason: RefusalReason;
  /** Empty when unknown. */
  readonly ipAddress: string;
  userAgent: string | null;
  count: number;
  readonly firstAt: number;
  lastAt: number;
}

/** The last attempt with a dead secret. */
export type DeadSecretAttempt = Omit<RefusedAttempts, 'count' | 'firstAt'> & {
  readonly preview: string;
};

/** One batch of refused attempts, in the order of the keys. */
export interface RefusedBatch {
  readonly attempts: readonly RefusedAttempts[];
  readonly secrets: readonly DeadSecretAttempt[];
}

/** Maximum of rows per key. */
export const refusalsPerKey = 100;

/** Maximum of rows, over all keys, that wait to be stored. */
const mostWaiting = 10_000;

interface OfKey {
  readonly attempts: Map<string, RefusedAttempts>;
  readonly secrets: Map<string, DeadSecretAttempt>;
}

/**
 * Sums of refused attempts until they are stored. Its size is bounded: one row for each key, reason
 * and address, up to the maximum; attempts beyond it are shed and counted.
 */
export class RefusedTally {
  #keys = new Map<string, OfKey>();
  #waiting = 0;
  #shed = 0;

  /** Attempts that were not recorded. */
  get shed(): number {
    return this.#shed;
  }

  /** Number of waiting rows. */
  get length(): number {
    return this.#waiting;
  }

  add(call: KeyCall, { reason, preview }: RefusedSecret): void {
    const { keyId, userAgent, at } = call;
    const own = this.#ofKey(keyId);
    const ipAddress = call.ipAddress === null ? '' : addressBlock(call.ipAddress);
    const place = `${reason} ${ipAddress}`;
    const seen = own?.attempts.get(place);
    if (seen !== undefined) {
      seen.count++;
      seen.userAgent = userAgent;
      seen.lastAt = Math.max(seen.lastAt, at);
    } else if (own === null || own.attempts.size >= refusalsPerKey || this.#isFull()) {
      this.#shed++;
    } else {
      this.#waiting++;
      const times = { firstAt: at, lastAt: at };
      own.attempts.set(place, { keyId, reason, ipAddress, userAgent, count: 1, ...times });
    }
    if (own === null || !deadly.includes(reason)) return;
    if (!own.secrets.has(preview) && (own.secrets.size >= refusalsPerKey || this.#isFull())) return;
    if (!own.secrets.has(preview)) this.#waiting++;
    own.secrets.set(preview, { keyId, preview, reason, ipAddress, userAgent, lastAt: at });
  }

  /** Removes and returns all waiting rows. */
  take(): RefusedBatch {
    const keys = [...this.#keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own);
    this.#keys = new Map();
    this.#waiting = 0;
    return {
      attempts: keys.flatMap(({ attempts }) => inOrder(attempts)),
      secrets: keys.flatMap(({ secrets }) => inOrder(secrets)),
    };
  }

  /** Null for a new key when the tally is full. */
  #ofKey(keyId: string): OfKey | null {
    const own = this.#keys.get(keyId);
    if (own !== undefined) return own;
    if (this.#isFull()) return null;
    const made = { attempts: new Map(), secrets: new Map() };
    this.#keys.set(keyId, made);
    return made;
  }

  #isFull(): boolean {
    return this.#waiting >= mostWaiting;
  }
}

/** A fixed order: processes that lock the same rows in different orders would deadlock. */
function inOrder<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
