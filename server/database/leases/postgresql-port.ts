import { openPool } from '../postgresql-pool.ts';
import type {
  AuditHead,
  HolderPort,
  Invalidations,
  Report,
  Restoration,
  SeenHolder,
  WaitPort,
} from './ports.ts';

/** Both sides of the leases on PostgreSQL; each call is one statement, and so one snapshot. */
export type LeasePort = HolderPort & WaitPort & AsyncDisposable;

interface HistoryRow {
  readonly epoch: number;
  readonly seq: number;
  readonly mac: string;
  readonly holds_heads: boolean;
  readonly restorations: readonly Restoration[];
}

interface NewsRow extends HistoryRow {
  readonly mark: string | null;
  readonly subjects: readonly string[];
  readonly epochs: number;
}

type BehindRow = { readonly epoch: number; readonly failover: string | null } & (
  | SeenHolder
  | { readonly id: null; readonly mark: null }
);

/**
 * Leases on PostgreSQL, through separate connections: renewals never wait for management,
 * verification or waiting revocations. The statements on a revocation's path are prepared once.
 *
 * @param url - the primary's address.
 * @param secrets - names of the secrets that this process knows, with a blank between two.
 */
export function openPostgresqlLeases(url: string, secrets = ''): LeasePort {
  const renewals = openPool(url, { max: 1 });
  const waits = openPool(url, { max: 3 });

  async function tell(
    name: keyof typeof reports,
    id: string,
    report: Report,
  ): Promise<Invalidations> {
    const { applied, marks, mark, heads } = report;
    const announced = JSON.stringify({ id, epoch: applied });
    const { rows } = await renewals.query<NewsRow>({
      name,
      text: reports[name],
      values: [...columns(heads), id, applied, marks, mark, announced],
    });
    const row = first(rows);
    const { mark: held, epoch, epochs } = row;
    const subjects = epochs < epoch - applied ? ('everything' as const) : row.subjects;
    return { history: historyOf(row), mine: held === null ? null : { mark: held, subjects } };
  }

  return {
    async join(id, mark, heads) {
      // The share lock blocks epoch commits between reading the epoch and registering. Without it,
      // pruning, which considers registered holders only, could overtake a holder that is about to
      // join.
      const { rows } = await renewals.query<HistoryRow>(
        `with present as (select n from epoch for share),
           joined as (
             insert into holder (id, acknowledged, mark, secrets) select $3, n, $4, $5 from present
             returning acknowledged
           )
         select joined.acknowledged::float8 as epoch, ${history} from joined, audit_head`,
        [...columns(heads), id, mark, secrets],
      );
      return historyOf(first(rows));
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
      const { rows } = await waits.query<BehindRow>({
        name: 'behind',
        text: `select asked.epoch::float8 as epoch, asked.failover, h.id, h.mark
         from (
           select coalesce($1::bigint, n) as epoch,
             nullif(present_timeline(), outlived) as failover
           from epoch left join timeline on true
         ) as asked left join holder h on h.acknowledged < asked.epoch`,
        values: [epoch],
      });
      const holders = rows.flatMap(({ id, mark }) => (id === null ? [] : [{ id, mark }]));
      const { epoch: asked, failover } = first(rows);
      return { epoch: asked, holders, failover };
    },
    async evict(holders) {
      await waits.query(
        `delete from holder h using unnest($1::text[], $2::text[]) as seen(id, mark)
         where h.id = seen.id and h.mark = seen.mark`,
        [holders.map((holder) => holder.id), holders.map((holder) => holder.mark)],
      );
    },
    async outlive(failover) {
      await waits.query(
        'with before as (delete from timeline) insert into timeline (outlived) values ($1)',
        [failover],
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([renewals.end(), waits.end()]);
    },
  };
}

/** The audit log, compared with the heads $1 and $2, and the declared restores. */
const history = `audit_head.seq, audit_head.mac,
    not exists (
      select from unnest($1::int[], $2::text[]) as asked(seq, mac)
      where asked.seq > 0 and not exists (
        select from audit_event e where e.seq = asked.seq and e.mac = asked.mac
      )
    ) as holds_heads,
    coalesce(
      (select json_agg(json_build_object('id', id, 'accepted', accepted)) from restoration), '[]'
    ) as restorations`;

const reports = {
  renew: reportOf({ isDurable: true }),
  // An acknowledgement is true without its row: it waits for no disk and no standby. The same holds
  // for other holders, whose notifications queue behind its commit.
  acknowledge: reportOf({ isDurable: false }),
};

function reportOf({ isDurable }: { readonly isDurable: boolean }): string {
  const written = '(select mark from mine)';
  const saysSomething = 'acknowledged < $4 or (select n from epoch) > $4';
  return `with before as (select acknowledged, mark from holder where id = $3 and mark = any ($5)),
      mine as (
        update holder set acknowledged = greatest(acknowledged, $4), mark = $6
        where id = $3 and mark = any ($5) and ${isDurable ? 'true' : `(${saysSomething})`}
        returning mark
      ),
      told as (
        select pg_notify('reporisk_acknowledged', $7) from mine, before where before.acknowledged < $4
      )
    select n::float8 as epoch, ${history},
      ${isDurable ? '' : "set_config('synchronous_commit', 'off', true),"}
      ${isDurable ? written : `coalesce(${written}, (select mark from before))`} as mark,
      (select count(*) from told),
      array(select distinct subject from invalidation where epoch > $4) as subjects,
      (select count(distinct epoch) from invalidation where epoch > $4)::float8 as epochs
    from epoch, audit_head`;
}

function columns(heads: readonly AuditHead[]): [seqs: number[], macs: string[]] {
  return [heads.map(({ seq }) => seq), heads.map(({ mac }) => mac)];
}

function historyOf({ epoch, seq, mac, holds_heads: holdsHeads, restorations }: HistoryRow) {
  return { epoch, head: { seq, mac }, holdsHeads, restorations };
}

function first<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('the epoch is missing: run the migrations');
  return row;
}
