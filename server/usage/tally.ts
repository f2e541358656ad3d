import { day as dayMs, hour as hourMs } from '../clock/durations.ts';
import type { CallOutcome } from '../database/entities/key-hour.ts';
import { type KeyCall, outcomeOf } from './key-call.ts';

/** Calls of one key in one hour with one outcome. */
export interface HourTally {
  readonly keyId: string;
  /** The start of the hour, Unix milliseconds. */
  readonly hour: number;
  readonly outcome: CallOutcome;
  count: number;
}

/** The last use, of a key or of a row below. */
export interface UseTally {
  readonly keyId: string;
  lastUsedAt: number;
}

/** The last use of a scope by a key. */
export interface ScopeTally extends UseTally {
  readonly scope: string;
}

/** Calls with a retiring secret from one place. */
export interface RetiringTally extends UseTally {
  readonly retiresAt: number;
  readonly ipAddress: string;
  readonly userAgent: string;
  calls: number;
}

/** Calls of a day with one agent from one address. */
export interface ClientTally extends UseTally {
  /** The start of the day in UTC, Unix milliseconds. */
  readonly day: number;
  readonly ipAddress: string;
  readonly userAgent: string;
  calls: number;
}

/** The rows by which a batch of calls increases the sums, one entry per row. */
export interface Tally {
  readonly hours: readonly HourTally[];
  readonly uses: readonly UseTally[];
  readonly scopes: readonly ScopeTally[];
  readonly retiring: readonly RetiringTally[];
  readonly clients: readonly ClientTally[];
}

/**
 * Sums up a batch: a thousand calls of one key change one row. Keys are in id order, and so are the
 * rows of each key, because processes that lock the same rows in different orders would deadlock.
 */
export function tally(calls: readonly KeyCall[]): Tally {
  const byKey = new Map<string, KeyTally>();
  for (const call of calls) {
    let key = byKey.get(call.keyId);
    if (key === undefined) {
      key = new KeyTally(call.keyId);
      byKey.set(call.keyId, key);
    }
    key.add(call);
  }
  const keys = [...byKey.values()].sort((a, b) => (a.use.keyId < b.use.keyId ? -1 : 1));
  return {
    hours: keys.flatMap(({ hours }) => hours.sort((a, b) => order(hourKey(a), hourKey(b)))),
    // A key without an accepted call was not used.
    uses: keys.map(({ use }) => use).filter(({ lastUsedAt }) => lastUsedAt > 0),
    scopes: keys.flatMap(({ scopes }) => scopes.sort((a, b) => order(a.scope, b.scope))),
    retiring: keys.flatMap(({ places }) => inOrder(places)),
    clients: keys.flatMap(({ clients }) => inOrder(clients)),
  };
}

/** One key's sums. Its hours and scopes are so few that a list is searched faster than a map. */
class KeyTally {
  readonly use: UseTally;
  readonly hours: HourTally[] = [];
  readonly scopes: ScopeTally[] = [];
  readonly places = new Map<string, RetiringTally>();
  readonly clients = new Map<string, ClientTally>();

  constructor(keyId: string) {
    this.use = { keyId, lastUsedAt: 0 };
  }

  add(call: KeyCall): void {
    if (call.refused === null) {
      latest(this.use, call.at);
      this.#addClient(call);
    }
    this.#addHour(call);
    if (call.scope !== null) this.#addScope(call.scope, call.at);
    if (call.retiresAt !== null) this.#addPlace(call, call.retiresAt);
  }

  #addHour({ keyId, at, statusCode }: KeyCall): void {
    const hour = at - (at % hourMs);
    const outcome = outcomeOf(statusCode);
    const sum = this.hours.find((each) => each.hour === hour && each.outcome === outcome);
    if (sum === undefined) this.hours.push({ keyId, hour, outcome, count: 1 });
    else sum.count++;
  }

  #addScope(scope: string, at: number): void {
    const use = this.scopes.find((each) => each.scope === scope);
    if (use === undefined) this.scopes.push({ keyId: this.use.keyId, scope, lastUsedAt: at });
    else latest(use, at);
  }

  #addClient(call: KeyCall): void {
    const { keyId, at } = call;
    const day = at - (at % dayMs);
    const ipAddress = call.ipAddress ?? '';
    const userAgent = call.userAgent ?? '';
    const who = `${day} ${ipAddress} ${userAgent}`;
    const client = this.clients.get(who);
    if (client === undefined) {
      this.clients.set(who, { keyId, day, ipAddress, userAgent, calls: 1, lastUsedAt: at });
      return;
    }
    client.calls++;
    latest(client, at);
  }

  #addPlace({ keyId, at, ...call }: KeyCall, retiresAt: number): void {
    const ipAddress = call.ipAddress ?? '';
    const userAgent = call.userAgent ?? '';
    const where = `${retiresAt} ${ipAddress} ${userAgent}`;
    const place = this.places.get(where);
    if (place === undefined) {
      const made = { keyId, retiresAt, ipAddress, userAgent, calls: 1, lastUsedAt: at };
      this.places.set(where, made);
      return;
    }
    place.calls++;
    latest(place, at);
  }
}

function inOrder<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows].sort(([a], [b]) => order(a, b)).map(([, row]) => row);
}

function latest(use: UseTally, at: number): void {
  if (at > use.lastUsedAt) use.lastUsedAt = at;
}

function hourKey({ hour, outcome }: HourTally): string {
  return `${hour} ${outcome}`;
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1;
}
