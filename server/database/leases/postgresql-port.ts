import { openPool } from '../postgresql-pool.ts';
import type { HolderPort, Report, WaitPort } from './ports.ts';
import type { AcknowledgementSigner } from './signed-acknowledgement.ts';

/** Both sides of the leases on PostgreSQL; each call is one statement, and so one snapshot. */
export type LeasePort = HolderPort & WaitPort & AsyncDisposable;

/**
 * Leases on PostgreSQL, through connections of their own: neither management nor verification work
 * can keep a renewal waiting, nor can those who wait. What every revocation waits for is prepared once.
 *
 * @param url - the primary's address.
 * @param signer - signs what is announced of acknowledgements.
 * @param secrets - names of the secrets that this process knows, with a blank between two.
 */
export function openPostgresqlLeases(
  url: string,
  signer: AcknowledgementSigner,
  secrets = '',
): LeasePort {
  const renewals = openPool(url, { max: 1 });
  const waits = openPool(url, { max: 3 });

  async function tell(name: keyof typeof reports, id: string, { applied, claimed }: Report) {
    const announced = signer.sign({ id, epoch: applied });
    const { rows } = await renewals.query<{
      epoch: number;
      mine: string | null;
      subjects: string[];
    }>({ name, text: reports[name], values: [id, applied, claimed, announced] });
    const { epoch, mine, subjects } = first(rows);
    return mine === null ? null : { epoch, subjects };
  }

  return {
    async join(id) {
      // The share lock lets no epoch commit between reading it and registering: pruning, which looks
      // at registered holders only, cannot overtake a holder that is about to join.
      const { rows } = await renewals.query<{ epoch: number }>(
        `insert into holder (id, acknowledged, secrets)
         select $1, n, $2 from (select n from epoch for share) as present
         returning acknowledged::float8 as epoch`,
        [id, secrets],
      );
      return first(rows).epoch;
    },
    renew: (id, report) => tell('renew', id, report),
    acknowledge: (id, report) => tell('acknowledge', id, report),
    async leave(id) {
      await renewals.query('delete from holder where id = $1', [id]);
    },
    async prune() {
      await renewals.query(
        `delete from invalidation where epoch <=
           coalesce((select min(acknowledged) from holder), (select n from epoch))`,
      );
    },
    async behind(epoch) {
      const { rows } = await waits.query<{ epoch: number; id: string | null; renewals: number }>({
        name: 'behind',
        text: `select asked.epoch::float8 as epoch, h.id, h.renewals::float8 as renewals
         from (select coalesce($1::bigint, n) as epoch from epoch) as asked
           left join holder h on h.acknowledged < asked.epoch`,
        values: [epoch],
      });
      const holders = rows.flatMap(({ id, renewals }) => (id === null ? [] : [{ id, renewals }]));
      return { epoch: first(rows).epoch, holders };
    },
    async presumeDead(holders) {
      await waits.query(
        `delete from holder h using unnest($1::text[], $2::bigint[]) as seen(id, renewals)
         where h.id = seen.id and h.renewals = seen.renewals`,
        [holders.map((holder) => holder.id), holders.map((holder) => holder.renewals)],
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([renewals.end(), waits.end()]);
    },
  };
}

// What an acknowledgement says is true without its row: it waits for no disk and no standby, and
// neither do the others, whose announcements take turns with its commit.
const reports = {
  renew: reportOf(', renewals = renewals + 1', ''),
  acknowledge: reportOf('', ", set_config('synchronous_commit', 'off', true)"),
};

function reportOf(counted: string, lax: string): string {
  return `with before as (select acknowledged from holder where id = $1),
      mine as (
        update holder set acknowledged = greatest(acknowledged, $2)${counted}
        where id = $1 and ($3::text[] is null or (
          select bool_and(subject = any ($3)) from invalidation where epoch = $2
        ))
        returning id
      ),
      told as (
        select pg_notify('reporisk_acknowledged', $4) from mine, before where before.acknowledged < $2
      )
    select n::float8 as epoch, (select id from mine) as mine, (select count(*) from told),
      array(select distinct subject from invalidation where epoch > $2) as subjects${lax}
    from epoch`;
}

function first<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('the epoch is missing: run the migrations');
  return row;
}
