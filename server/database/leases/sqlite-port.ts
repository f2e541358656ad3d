import BetterSqlite3 from 'better-sqlite3';
import type { EntityManager } from '../database.ts';
import type { News, Report, SeenHolder } from './ports.ts';
import type { LeasePort } from './postgresql-port.ts';

/**
 * Leases on a SQLite file. A renewal is polled many times a second, so it writes only when there is
 * something to write: a holder that has applied everything is not behind, and nobody counts its
 * renewals. Every commit is durable, so that an acknowledgement is one more renewal.
 * Nothing is announced, and so nothing claimed.
 *
 * @param path - the database file, read through a handle of its own: it sees committed rows only.
 * @param transaction - runs a transaction on the one handle that this process writes with.
 * @param secrets - names of the secrets that this process knows, with a blank between two.
 */
export function openSqliteLeases(
  path: string,
  transaction: <T>(work: (em: EntityManager) => Promise<T>) => Promise<T>,
  secrets = '',
): LeasePort {
  const reader = new BetterSqlite3(path, { readonly: true });
  const epochOf = reader.prepare<[], { n: number }>('select n from epoch');
  const rowOf = reader.prepare<[string], { acknowledged: number }>(
    'select acknowledged from holder where id = ?',
  );
  const since = reader
    .prepare<[number], string>('select distinct subject from invalidation where epoch > ?')
    .pluck();
  const behindOf = reader.prepare<[number], SeenHolder>(
    'select id, renewals from holder where acknowledged < ?',
  );
  const newest = () => epochOf.get()?.n ?? 0;
  /** One snapshot for several statements. */
  const snapshot = <T>(read: () => T): T => reader.transaction(read)();
  const write = (sql: string, parameters: (string | number)[] = []) =>
    transaction((em) => em.execute(sql, parameters));

  async function renew(id: string, { applied }: Report): Promise<News | null> {
    const seen = snapshot(() => ({
      row: rowOf.get(id),
      epoch: newest(),
      subjects: since.all(applied),
    }));
    if (seen.row === undefined) return null;
    if (seen.epoch > applied || seen.row.acknowledged < applied) {
      const updated = await write(
        'update holder set acknowledged = max(acknowledged, ?), renewals = renewals + 1 where id = ? returning id',
        [applied, id],
      );
      if (updated.length === 0) return null;
    }
    return { epoch: seen.epoch, subjects: seen.subjects };
  }

  return {
    join: (id) =>
      transaction(async (em) => {
        const [row] = await em.execute<{ n: number }[]>('select n from epoch');
        const epoch = row?.n ?? 0;
        await em.execute('insert into holder (id, acknowledged, secrets) values (?, ?, ?)', [
          ...[id, epoch, secrets],
        ]);
        return epoch;
      }),
    renew,
    acknowledge: renew,
    leave: async (id) => void (await write('delete from holder where id = ?', [id])),
    prune: async () =>
      void (await write(
        `delete from invalidation where epoch <=
           coalesce((select min(acknowledged) from holder), (select n from epoch))`,
      )),
    behind: async (asked) =>
      snapshot(() => {
        const epoch = asked ?? newest();
        return { epoch, holders: behindOf.all(epoch) };
      }),
    presumeDead: (holders) =>
      transaction(async (em) => {
        for (const { id, renewals } of holders) {
          await em.execute('delete from holder where id = ? and renewals = ?', [id, renewals]);
        }
      }),
    async [Symbol.asyncDispose]() {
      reader.close();
    },
  };
}
