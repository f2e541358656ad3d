import type { Freshness, InvalidationListener } from '../../../core/store/freshness.ts';
import type { KeyRecord } from '../../../core/store/key-store.ts';
import { keyRecord } from '../../support/keys.ts';

/** A digest made from a number. */
export function digestOf(n: number): string {
  return n.toString(16).padStart(8, '0').repeat(8);
}

/** A record with every part its own object, as a store would give it. */
export function recordOf(n: number, fields: Partial<KeyRecord> = {}): KeyRecord {
  return keyRecord({
    id: `key_${n}`,
    label: `Key ${n}`,
    subOrg: { id: 7, active: true },
    scopes: ['repos:read'],
    ...fields,
  });
}

/** A freshness that a test turns on and off, and through which it announces changes. */
export class ManualFreshness implements Freshness {
  current = true;
  #epoch = 0;
  #listener: InvalidationListener = () => {};

  isFresh(): boolean {
    return this.current;
  }

  epoch(): number {
    return this.#epoch;
  }

  subscribe(listener: InvalidationListener): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = () => {};
    };
  }

  /** Announces a change at the next epoch, or at one of the test's choice. */
  tell(subjects: readonly string[] | 'everything', epoch: number = this.#epoch + 1): void {
    this.#listener(subjects, epoch);
    this.#epoch = epoch;
  }
}
