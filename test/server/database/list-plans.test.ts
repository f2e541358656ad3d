import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AuditedDatabase,
  openAuditedDatabase,
} from '../../../server/audit/audited-database.ts';
import type { Value } from '../../../server/database/prepared.ts';
import type { Rows } from '../../../server/database/rows.ts';
import { listApiKeys } from '../../../server/operations/api-keys/list.ts';
import { newestEvents } from '../../../server/operations/audit-log/logged-events.ts';
import type { OperationContext } from '../../../server/operations/operation.ts';
import { testKeyring } from '../../support/keyring.ts';
import { databaseKinds, demoDatabase } from '../../support/server.ts';

const orgId = 'org_demo_acme';
const now = Date.parse('2026-03-04T05:06:07.089Z');

/** So many that PostgreSQL does not scan the whole of a table, and each of `many` is uncounted. */
const keys = 40_000;

/** Rows that a scan may read: those that a count reads, and those that a page passes over. */
const mostRead = 2_500;

const columns = ['created_at', 'label', 'last_used_at', 'expires_at'] as const;
const orders = columns.flatMap((column) => [{ sort: column }, { sort: `-${column}` }]);
const many: object[] = [
  { status: 'active' },
  { subOrgId: 1, sort: 'label' },
  { environment: 'live' },
  { owner: 'user_demo_parent_admin' },
  { attention: 'unused' },
  { search: 'pipeline' },
];
const few = [
  ...[{ status: 'expired' }, { status: 'disabled' }, { status: 'revoked', sort: 'last_used_at' }],
  ...[{ environment: 'test' }, { owner: 'user_nobody' }, { serviceAccountId: 'sa_none' }],
  ...[{ attention: 'rotating' }, { attention: 'refused_lately' }, { attention: 'blocked' }],
];
/** PostgreSQL judges by statistics how to find these. */
const onSqlite = [{ search: 'zzzz' }, { search: 'pipeline 59' }];
const events = [
  ...[{}, { action: 'apiKeys.revoke' }, { actor: 'rare' }, { target: 'key_7' }],
  { from: new Date(now - 60 * 60_000) },
];

type Statement = readonly [sql: string, values: readonly Value[]];

/** The statements that a read sends. */
async function statementsOf(
  { rows, kind }: AuditedDatabase,
  read: (database: Pick<AuditedDatabase, 'rows' | 'kind'>) => Promise<unknown>,
): Promise<Statement[]> {
  const sent: Statement[] = [];
  const noted =
    (run: Rows['all']): Rows['all'] =>
    (sql, values) => {
      sent.push([sql, values]);
      return run(sql, values);
    };
  const { dialect } = rows;
  const watched = { dialect, all: noted(rows.all), planned: noted(rows.planned) };
  await read({ kind, rows: watched });
  return sent;
}

/** Faults of a plan: scans of a whole table, and sorts of more rows than a list counts. */
async function faultsOf(database: AuditedDatabase, [sql, values]: Statement): Promise<string[]> {
  if (database.kind === 'sqlite') {
    const plan = await database.rows.all<{ detail: string }>(`explain query plan ${sql}`, values);
    return plan.map(({ detail }) => detail).filter((step) => /^SCAN [a-z]( |$)/.test(step));
  }
  const analyzed = `explain (analyze, format json) ${sql}`;
  const [row] = await database.rows.planned<{ 'QUERY PLAN': [{ Plan: Plan }] }>(analyzed, values);
  const [{ Plan }] = row?.['QUERY PLAN'] ?? [{ Plan: {} }];
  return nodesOf(Plan)
    .filter((node) => /Scan|Sort/.test(node['Node Type'] ?? '') && readBy(node) > mostRead)
    .map((node) => `${node['Node Type']} of ${node['Relation Name'] ?? ''}: ${readBy(node)} rows`);
}

interface Plan {
  readonly 'Node Type'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function readBy(node: Plan): number {
  const rows = (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0);
  return rows * (node['Actual Loops'] ?? 1);
}

/** Statements that make the keys, made a minute apart, and as many events. */
function filling(kind: (typeof databaseKinds)[number]): string[] {
  const isSqlite = kind === 'sqlite';
  const series = isSqlite
    ? `with recursive s (n) as (select 1 union all select n + 1 from s where n < ${keys})`
    : `with s (n) as (select generate_series(1, ${keys}))`;
  /** A time so many minutes before the newest event. */
  const ago = (minutes: string) =>
    isSqlite
      ? `${now} - (${minutes}) * 60000`
      : `timestamptz '${new Date(now).toISOString()}' - (${minutes}) * interval '1 minute'`;
  const digits = (n: string) => (isSqlite ? `printf('%05d', ${n})` : `lpad((${n})::text, 5, '0')`);
  const bool = (condition: string) => (isSqlite ? condition : `(${condition})`);
  const id = `'key_' || ${digits('n')}`;
  const revoked = `case when n % 70 = 0 then ${ago('1')} end`;
  // The keys of two owners with less authority: one has left, and those of the other only read.
  const owner = `case when n % 200 = 0 then 'user_gone' when n % 2 = 1 then 'user_demo_parent_member'
    else 'user_demo_parent_admin' end`;
  const scopes = `case when n % 2 = 1 then '["repos:read"]'${isSqlite ? '' : '::jsonb'} end`;
  const expired = `case when n % 90 = 0 then ${ago('1')} when n % 2 = 0 then ${ago('-n - 9')} end`;
  return [
    `insert into api_key (id, dialect, environment, org_id, sub_org_id, label, disabled, scopes,
       created_by,
       created_at, updated_at, expires_at, revoked_at)
     ${series} select ${id}, 'reporisk', 'live', '${orgId}', case when n % 3 = 0 then 1 end,
       'Pipeline ' || (n % 977), ${bool('n % 95 = 0')},
       ${scopes}, ${owner},
       ${ago(`${5 * keys} - n`)}, ${ago('0')}, ${expired}, ${revoked} from s`,
    `insert into api_key_secret (lookup, key_id, scheme, seal, prefix, first4, last4, created_at)
     ${series} select 'lookup_' || n, ${id}, '', '', 'rrk_live_', 'Ab1c', 'Xy1z', ${ago('0')} from s`,
    `insert into key_use (key_id, last_used_at)
     ${series} select ${id}, ${ago(`${4 * keys} - n * 7 % ${keys}`)} from s where n % 5 > 0`,
    `insert into key_search (key_id, text) ${series} select ${id}, 'pipeline ' || (n % 977) from s`,
    `insert into audit_event (id, seq, org_id, at, actor, action, target, mac)
     ${series} select 'evt_' || n, n + 1000, '${orgId}', ${ago(`${keys} - n`)},
       case when n % 5000 = 0 then 'user:rare (by user:x)' else 'user:ada' end,
       case when n % 9000 = 0 then 'apiKeys.revoke' else 'apiKeys.create' end,
       'key_' || (n % 9000), 'm' from s`,
    ...(isSqlite ? [] : ['analyze']),
  ];
}

describe.each(databaseKinds)('on %s', (kind) => {
  const resources = new AsyncDisposableStack();
  let database: AuditedDatabase;
  beforeAll(async () => {
    const { url } = resources.use(await demoDatabase(kind));
    database = resources.use(await openAuditedDatabase(url, { keyring: testKeyring }));
    for (const sql of filling(kind)) await database.read().execute(sql);
  });
  afterAll(() => resources.disposeAsync());

  test.each([...orders, ...many, ...few, ...(kind === 'sqlite' ? onSqlite : [])])(
    'a page of keys by %j, and their count, come from indexes',
    async (asked) => {
      const query = listApiKeys.input.parse({ limit: 50, ...asked });
      const list = (cursor?: string) =>
        statementsOf(database, async (watched) => {
          const principal = { organization: { id: orgId }, dialect: null };
          const work = { services: { database: watched }, principal, now: new Date(now) };
          // The operation reads nothing else of its context.
          const context = work as unknown as OperationContext;
          const page = await listApiKeys.run(context, { ...query, cursor }, undefined);
          next = page.nextCursor ?? undefined;
          found = page.total ?? Number.POSITIVE_INFINITY;
        });
      let next: string | undefined;
      let found = 0;
      const statements = await list();
      // The plan of a statement that finds nothing may say nothing.
      if (many.includes(asked)) expect(found).toBe(Number.POSITIVE_INFINITY);
      if (next !== undefined) statements.push(...(await list(next)));
      for (const statement of statements) {
        expect(await faultsOf(database, statement)).toEqual([]);
        // A statement that sorts at all is one about few keys.
        if (kind === 'sqlite' && statement[0].includes('indexed by')) {
          const plan = await database.rows.all<{ detail: string }>(
            `explain query plan ${statement[0]}`,
            statement[1],
          );
          expect(plan.slice(0, 2).map(({ detail }) => detail)).not.toContain(
            'USE TEMP B-TREE FOR ORDER BY',
          );
        }
      }
    },
  );

  test.each(events)('a page of the audit log by %j comes from indexes', async (filters) => {
    const page = { before: null, limit: 51 };
    const statements = await statementsOf(database, ({ rows }) =>
      newestEvents(rows, orgId, filters, page),
    );
    for (const statement of statements) expect(await faultsOf(database, statement)).toEqual([]);
  });
});
