import type { Database } from '../database/database.ts';
import type { KeyCall } from './key-call.ts';

/** One number per kind of lock; it spells "rrk" and "month". */
const partitionLock = [0x72726b, 0x6d6f6e74].join(', ');

/** A month in UTC: its partition, and from when until when. */
export interface Month {
  readonly partition: string;
  readonly from: Date;
  readonly until: Date;
}

/** The month that an instant is in, or one so many months later. */
function monthOf(instant: number, later = 0): Month {
  const date = new Date(instant);
  const from = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later));
  const until = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later + 1));
  return { partition: `key_call_${from.toISOString().slice(0, 7).replace('-', '_')}`, from, until };
}

/** The month of a partition. */
export function monthOfPartition(name: string): Month {
  const [year, month] = name.slice('key_call_'.length).split('_').map(Number);
  return monthOf(Date.UTC(year ?? 0, (month ?? 1) - 1));
}

/** The monthly parts of `key_call` on PostgreSQL. */
export interface Partitions {
  /** Makes the partitions of these calls, and the next month's ahead, where they are missing. */
  prepareFor(calls: readonly Pick<KeyCall, 'at'>[]): Promise<void>;
  /** Looks again next time: something else may have dropped one. */
  forget(): void;
}

/** Makes partitions as they are needed, and asks the database once for each. */
export function createPartitions(database: Database): Partitions {
  const known = new Set<string>();
  return {
    async prepareFor(calls) {
      const unknown = monthsOf(calls).filter(({ partition }) => !known.has(partition));
      if (unknown.length === 0) return;
      await database.transaction(async (em) => {
        // Two processes that make the same one would both find it missing.
        await em.execute(`select pg_advisory_xact_lock(${partitionLock})`);
        for (const { partition, from, until } of unknown) {
          // A role that may only insert finds what the server has made.
          const [found] = await em.execute('select to_regclass(?) as made', [partition]);
          if (found?.made !== null) continue;
          await em.execute(
            `create table if not exists ${partition} partition of key_call
             for values from ('${from.toISOString()}') to ('${until.toISOString()}')`,
          );
        }
      });
      for (const { partition } of unknown) known.add(partition);
    },
    forget: () => known.clear(),
  };
}

/**
 * Makes the partitions of this month and the next, also where the server stores no calls: a service
 * that embeds verification stores its own, and may make none.
 */
export async function makePartitions(database: Database, now: number): Promise<void> {
  if (database.kind === 'postgresql') await createPartitions(database).prepareFor([{ at: now }]);
}

/** The months that calls are in, and the one after each. */
function monthsOf(calls: readonly Pick<KeyCall, 'at'>[]): Month[] {
  const months = new Map<string, Month>();
  let seen: Month | undefined;
  for (const { at } of calls) {
    if (seen !== undefined && at >= seen.from.getTime() && at < seen.until.getTime()) continue;
    seen = monthOf(at);
    const next = monthOf(at, 1);
    months.set(seen.partition, seen).set(next.partition, next);
  }
  return [...months.values()];
}
