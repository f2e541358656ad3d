import BetterSqlite3 from 'better-sqlite3';
import { busy, readerBusyMs, type SqliteHandle, type Synchronous } from '../sqlite-connection.ts';
import type { AuditHead, History, Invalidations, Report, SeenHolder } from './ports.ts';
import type { LeasePort } from './postgresql-port.ts';

/**
 * Leases on a SQLite file. A renewal polls many times a second, so it skips needless writes: a
 * holder that has applied everything is not behind. An acknowledgement is on the disk with the next
 * other commit: what loses it until then is a crash of the machine, and all holders of the file with it.
 * There are no notifications.
 *
 * @param path - the database file, read through a separate handle that sees committed rows only.
 * @param handle - the one that this process writes with.
 * @param secrets - names of the secrets that this process knows, with a blank between two.
 */
export function openSqliteLeases(path: string, handle: SqliteHandle, secrets = ''): LeasePort {
  const reader = new BetterSqlite3(path, { readonly: true, timeout: readerBusyMs });
  const epochOf = reader.prepare<[], { n: number }>('select n from epoch');
  const rowOf = reader.prepare<[string], { acknowledged: number; mark: string }>(
    'select acknowledged, mark from holder where id = ?',
  );
  const behindOf = reader.prepare<[number], SeenHolder>(
    'select id, mark from holder where acknowledged < ?',
  );
  const headOf = reader.prepare<[], AuditHead>('select seq, mac from audit_head');
  const eventOf = reader.prepare<[number, string]>(
    'select 1 from audit_event where seq = ? and mac = ?',
  );
  const restorationsOf = reader.prepare<[], { id: string; accepted: number }>(
    'select id, accepted from restoration',
  );
  const newest = () => epochOf.get()?.n ?? 0;
  /** One snapshot for several statements. */
  const snapshot = <T>(read: () => T): T => reader.transaction(read)();
  const writeAlone = oneAtATime(handle);
  const pruneAlone = oneAtATime(handle);
  const write = <Row>(sql: string, parameters: (string | number)[] = []) =>
    writeAlone('full', (run) => run<Row>(sql, parameters));

  const history = (heads: readonly AuditHead[]): History => ({
    epoch: newest(),
    head: headOf.get() ?? { seq: 0, mac: '' },
    holdsHeads: heads.every(({ seq, mac }) => seq === 0 || eventOf.get(seq, mac) !== undefined),
    restorations: restorationsOf
      .all()
      .map(({ id, accepted }) => ({ id, accepted: accepted === 1 })),
  });

  async function report(
    id: string,
    { applied, marks, mark, heads }: Report,
    synchronous: Synchronous,
  ): Promise<Invalidations> {
    const seen = snapshot(() => ({
      row: rowOf.get(id),
      history: history(heads),
    }));
    const { row } = seen;
    if (row === undefined || !marks.includes(row.mark))
      return { history: seen.history, mine: null };
    if (seen.history.epoch <= applied && row.acknowledged >= applied) {
      return { history: seen.history, mine: { mark: row.mark, subjects: [] } };
    }
    // Read again in the write's transaction: a restore may come between.
    return writeAlone(synchronous, async (run) => {
      const [written] = await run<{ n: number }>(
        `update holder set acknowledged = max(acknowledged, ?), mark = ?
         where id = ? and mark = ? returning (select n from epoch) as n`,
        [applied, mark, id, row.mark],
      );
      if (written === undefined) return { history: seen.history, mine: null };
      const touched = await run<{ epoch: number; subject: string }>(
        'select epoch, subject from invalidation where epoch > ?',
        [applied],
      );
      const epochs = new Set(touched.map(({ epoch }) => epoch));
      const subjects = new Set(touched.map(({ subject }) => subject));
      const isComplete = epochs.size >= written.n - applied;
      return {
        history: { ...seen.history, epoch: written.n },
        mine: { mark, subjects: isComplete ? [...subjects] : 'everything' },
      };
    });
  }

  return {
    async join(id, mark, heads) {
      const [joined] = await write<{ acknowledged: number }>(
        `insert into holder (id, acknowledged, mark, secrets) select ?, n, ?, ? from epoch
         returning acknowledged`,
        [id, mark, secrets],
      );
      if (joined === undefined) throw new Error('the epoch is missing: run the migrations');
      return { ...snapshot(() => history(heads)), epoch: joined.acknowledged };
    },
    renew: (id, reported) => report(id, reported, 'full'),
    acknowledge: (id, reported) => report(id, reported, 'normal'),
    leave: async (id) => void (await write('delete from holder where id = ?', [id])),
    prune: () =>
      pruneAlone('full', async (run) => {
        await run(
          `delete from invalidation where epoch <=
             coalesce((select min(acknowledged) from holder), (select n from epoch))`,
        );
      }),
    behind: async (asked) =>
      snapshot(() => {
        const epoch = asked ?? newest();
        return { epoch, holders: behindOf.all(epoch), failover: null };
      }),
    evict: (holders) =>
      handle.transaction('full', async (run) => {
        for (const { id, mark } of holders) {
          await run('delete from holder where id = ? and mark = ?', [id, mark]);
        }
      }),
    async outlive() {},
    async [Symbol.asyncDispose]() {
      reader.close();
    },
  };
}

/**
 * Refuses a transaction while the one before it is waiting. While another process keeps the file
 * locked, the holder times out on each of its writes long before it ends: without this, they would
 * pile up.
 */
function oneAtATime(handle: SqliteHandle): SqliteHandle['transaction'] {
  let isUnderWay = false;
  return async (synchronous, work) => {
    if (isUnderWay) throw busy();
    isUnderWay = true;
    try {
      return await handle.transaction(synchronous, work);
    } finally {
      isUnderWay = false;
    }
  };
}
