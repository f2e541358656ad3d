import { type CallOutcome, type KeyCall, outcomeOf } from './key-call.ts';

/** Calls of one key in one hour that came to the same. */
export interface HourTally {
  readonly keyId: string;
  /** The hour's beginning, Unix milliseconds. */
  readonly hour: number;
  readonly outcome: CallOutcome;
  count: number;
}

/** When something was last used. */
export interface UseTally {
  readonly keyId: string;
  lastUsedAt: number;
}

/** Calls with a retiring secret from one place. */
export interface RetiringTally extends UseTally {
  readonly retiresAt: number;
  readonly ipAddress: string;
  readonly userAgent: string;
  calls: number;
}

/** What a batch of calls adds to the sums, one entry per row. */
export interface Tally {
  readonly hours: readonly HourTally[];
  readonly uses: readonly UseTally[];
  readonly scopes: readonly (UseTally & { readonly scope: string })[];
  readonly retiring: readonly RetiringTally[];
}

const hourLength = 3_600_000;

/** The beginning of the hour that an instant is in, Unix milliseconds. */
export function hourOf(instant: number): number {
  return instant - (instant % hourLength);
}

/**
 * Sums a batch up: a thousand calls of one key change one row. Always in the same order, because
 * processes that lock the same rows in different orders would deadlock.
 */
export function tally(calls: readonly KeyCall[]): Tally {
  const hours = new Map<string, HourTally>();
  const uses = new Map<string, UseTally>();
  const scopes = new Map<string, UseTally & { readonly scope: string }>();
  const retiring = new Map<string, RetiringTally>();
  for (const call of calls) {
    const { keyId, at, scope, retiresAt } = call;
    const hour = hourOf(at);
    const outcome = outcomeOf(call.statusCode);
    const sum = entry(hours, `${keyId} ${hour} ${outcome}`, () => ({
      keyId,
      hour,
      outcome,
      count: 0,
    }));
    sum.count++;
    latest(
      entry(uses, keyId, () => ({ keyId, lastUsedAt: at })),
      at,
    );
    if (scope !== null) {
      latest(
        entry(scopes, `${keyId} ${scope}`, () => ({ keyId, scope, lastUsedAt: at })),
        at,
      );
    }
    if (retiresAt !== null) {
      const ipAddress = call.ipAddress ?? '';
      const userAgent = call.userAgent ?? '';
      const place = entry(retiring, `${keyId} ${retiresAt} ${ipAddress} ${userAgent}`, () => ({
        keyId,
        retiresAt,
        ipAddress,
        userAgent,
        calls: 0,
        lastUsedAt: at,
      }));
      place.calls++;
      latest(place, at);
    }
  }
  return {
    hours: inOrder(hours),
    uses: inOrder(uses),
    scopes: inOrder(scopes),
    retiring: inOrder(retiring),
  };
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function latest(use: UseTally, at: number): void {
  if (at > use.lastUsedAt) use.lastUsedAt = at;
}

function inOrder<Value>(map: Map<string, Value>): Value[] {
  return [...map.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
