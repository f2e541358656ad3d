import type { Database } from '../database/database.ts';
import type { KeyCall } from './key-call.ts';

/** One number per kind of lock; it spells "rrk" and "month". */
const partitionLock = [0x72726b, 0x6d6f6e74].join(', ');

/** A month in UTC: its partition, start and end. */
export interface Month {
  readonly partition: string;
  readonly from: Date;
  readonly until: Date;
}

/** The month of an instant, or a given number of months later. */
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

/** The monthly partitions of `key_call` on PostgreSQL. */
export interface Partitions {
  /** Creates missing partitions for these calls, and the following month's ahead of time. */
  prepareFor(calls: readonly Pick<KeyCall, 'at'>[]): Promise<void>;
  /** Clears the cache of known partitions: another process may have dropped one. */
  forget(): void;
}

/** Creates partitions on demand, and queries the database once for each. */
export function createPartitions(database: Database): Partitions {
  const known = new Set<string>();
  return {
    async prepareFor(calls) {
      const unknown = monthsOf(calls).filter(({ partition }) => !known.has(partition));
      if (unknown.length === 0) return;
      await database.transaction(async (em) => {
        // Without the lock, two processes could both find the same partition missing.
        await em.execute(`select pg_advisory_xact_lock(${partitionLock})`);
        for (const { partition, from, until } of unknown) {
          // A role that may only insert uses the partitions that the server has created.
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
 * Creates the partitions of this month and the next, even where the server stores no calls: a
 * service with embedded verification stores calls without the right to create partitions.
 */
export async function makePartitions(database: Database, now: number): Promise<void> {
  if (database.kind === 'postgresql') await createPartitions(database).prepareFor([{ at: now }]);
}

/** The months of the calls, and the month after each. */
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
