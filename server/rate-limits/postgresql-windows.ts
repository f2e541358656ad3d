import { postgresql } from '../database/dialect.ts';
import { openPool } from '../database/postgresql-pool.ts';
import type { Windows } from './windows.ts';

/**
 * One statement, because with two, other requests could come between. The row lock serializes
 * requests, and the condition is evaluated again after the lock; when it fails, no row is returned.
 * The library's statement would count refused requests too, and trust each process's clock.
 * `excluded.ends_at` is not used: it was computed before the wait for the lock, and would cut the
 * window of a request that came first, which then got no refund.
 */
const take = {
  name: 'take-from-window',
  text: `
    with taken as (
      insert into rate_limit_window as held (name, count, ends_at)
      values ($1, 1, clock_timestamp() + $3 * interval '1 second')
      on conflict (name) do update set
        count = case when held.ends_at <= clock_timestamp() then 1 else held.count + 1 end,
        ends_at = case
          when held.ends_at <= clock_timestamp() then clock_timestamp() + $3 * interval '1 second'
          else least(held.ends_at, clock_timestamp() + $3 * interval '1 second')
        end
      where held.ends_at <= clock_timestamp() or held.count < $2
      returning count, ends_at
    )
    select true as admitted, count, ${milliseconds('ends_at')} from taken
    union all
    select false, count, ${milliseconds('ends_at')} from rate_limit_window
    where name = $1 and not exists (select from taken)`,
};

/**
 * The same for a full window, which `take` leaves as it is. Without it, a clock that was set back
 * by an hour would keep the window full for that hour.
 */
const cut = {
  name: 'cut-window',
  text: `
    update rate_limit_window set ends_at = clock_timestamp() + $2 * interval '1 second'
    where name = $1 and ends_at > clock_timestamp() + $2 * interval '1 second'`,
};

const giveBack = {
  name: 'give-back-to-window',
  text: `
    update rate_limit_window set count = count - 1
    where name = $1 and count > 0 and ${postgresql.milliseconds('ends_at')} = $2`,
};

const sweep = 'delete from rate_limit_window where ends_at < clock_timestamp()';

function milliseconds(column: string): string {
  return `${postgresql.milliseconds(column)} as window,
      ${postgresql.milliseconds(`${column} - clock_timestamp()`)} as ends_in`;
}

interface Row {
  readonly admitted: boolean;
  readonly count: number;
  readonly window: number;
  readonly ends_in: number;
}

/** Number of requests between two sweeps of ended windows. */
const sweepEvery = 10_000;

/**
 * Windows in PostgreSQL, one set for all processes. The table is unlogged: a crash empties it,
 * which loses the current counts and saves a disk write per request.
 *
 * @param onError - called when a sweep of ended windows fails.
 * @param processes - the processes of one start, which share the connections.
 */
export function openPostgresqlWindows(
  url: string,
  onError: (error: unknown) => void,
  processes = 1,
): Windows & AsyncDisposable {
  const pool = openPool(url, { max: 4, processes });
  let taken = 0;
  return {
    async take(name, { limit, windowSeconds }) {
      taken += 1;
      if (taken % sweepEvery === 0) pool.query(sweep).catch(onError);
      const { rows } = await pool.query<Row>({ ...take, values: [name, limit, windowSeconds] });
      const [row] = rows;
      // Refused by a window that began after this statement's snapshot, which does not show its
      // end.
      const length = windowSeconds * 1000;
      if (row === undefined) return { admitted: false, remaining: 0, endsIn: length };
      const { admitted, count, window } = row;
      const remaining = admitted ? Math.max(0, limit - count) : 0;
      if (row.ends_in > length) await pool.query({ ...cut, values: [name, windowSeconds] });
      const endsIn = Math.min(length, Math.max(0, row.ends_in));
      return { admitted, remaining, endsIn, window };
    },

    async giveBack(name, { window }) {
      if (window !== undefined) await pool.query({ ...giveBack, values: [name, window] });
    },

    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
}
