import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { type Dialect, generateKey, pepperedScheme } from '../../core/mod.ts';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { deriveKeys } from '../../server/crypto/derived-keys.ts';
import { nodeHashing } from '../../server/crypto/node-hashing.ts';
import { startPostgres } from '../support/postgres-process.ts';
import { sqliteDatabase } from '../support/sqlite.ts';

/** The server's secret of every benchmark. */
export const serverSecret: Uint8Array = new Uint8Array(32).fill(7);

/** The scheme under which every key of a population is stored. */
export const scheme = pepperedScheme(deriveKeys(serverSecret).pepper, nodeHashing);

/** The demands of most requests on a key. */
export const request = { dialects: ['reporisk'], scope: 'repos:read' } as const;

export const kinds = ['SQLite', 'PostgreSQL'] as const;
export type Kind = (typeof kinds)[number];

/** A database with keys; gone at the end of the scope. */
export interface Populated extends AsyncDisposable {
  readonly url: string;
  /** Some of the keys, evenly spread over all. */
  readonly keys: readonly string[];
  /** The `platform` keys among all: each fiftieth of a mixed population. */
  readonly platformKeys: readonly string[];
}

/**
 * Makes a database with keys of 100 organizations, half of them scoped to a sub-org, a third with
 * restricted scopes. PostgreSQL has its defaults, and so is durable.
 *
 * @param count - the number of keys.
 * @param known - the number of returned keys, at most.
 * @param isMixed - true for a population with `platform` keys, on SQLite.
 */
export async function populated(
  kind: Kind,
  count: number,
  known = count,
  isMixed = false,
): Promise<Populated> {
  await using resources = new AsyncDisposableStack();
  const url =
    kind === 'SQLite'
      ? resources.use(await sqliteDatabase()).url
      : `${resources.use(await startPostgres()).url}/postgres`;
  {
    await using database = await openAuditedDatabase(url);
    await database.migrate();
  }
  const made: Made = { count, known, isMixed, keys: [], platformKeys: [] };
  if (kind === 'SQLite') fillSqlite(url, made);
  else await fillPostgresql(url, made);
  const { keys, platformKeys } = made;
  const all = resources.move();
  return { url, keys, platformKeys, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const organizations = 100;
const now = Date.parse('2026-01-02T03:04:05.678Z');

/** A population, and the keys of it that are remembered. */
interface Made {
  readonly count: number;
  readonly known: number;
  readonly isMixed: boolean;
  readonly keys: string[];
  readonly platformKeys: string[];
}

interface Row {
  readonly id: string;
  readonly dialect: Dialect;
  readonly orgId: string;
  readonly subOrgId: number | null;
  readonly label: string;
  readonly scopes: string | null;
  readonly createdBy: string;
  readonly lookup: string;
  readonly seal: string;
  readonly prefix: string;
  readonly first4: string;
  readonly last4: string;
}

function newKey(n: number, dialect: Dialect): { readonly key: string; readonly row: Row } {
  const id = `key_01J${String(n).padStart(23, '0')}`;
  const { key, prefix, first4, last4 } = generateKey({ dialect, id });
  const lookup = scheme.lookup(nodeHashing.sha256(key));
  const org = n % organizations;
  const orgId = `org_${org}`;
  const seal = scheme.seal(id, orgId, lookup) ?? '';
  const row = {
    ...{ id, dialect, orgId, subOrgId: n % 2 === 0 ? org + 1 : null, label: `Pipeline ${n}` },
    scopes:
      dialect === 'platform'
        ? '["admin:*"]'
        : n % 3 === 0
          ? '["repos:read","repos:analyze"]'
          : null,
    createdBy: `user_${org}`,
    ...{ lookup, seal, prefix, first4, last4 },
  };
  return { key, row };
}

/** New keys in batches, and those to remember. */
function* batches({ count, known, isMixed, keys, platformKeys }: Made): Generator<Row[]> {
  const size = 10_000;
  const every = Math.ceil(count / known);
  for (let from = 0; from < count; from += size) {
    const batch: Row[] = [];
    for (let n = from; n < Math.min(count, from + size); n++) {
      const dialect = isMixed && n % 50 === 1 ? 'platform' : 'reporisk';
      const { key, row } = newKey(n, dialect);
      if (dialect === 'platform') platformKeys.push(key);
      else if (n % every === 0) keys.push(key);
      batch.push(row);
    }
    yield batch;
  }
}

function fillSqlite(url: string, made: Made): void {
  const database = new BetterSqlite3(url.slice('sqlite:'.length));
  database.pragma('synchronous = OFF');
  // Written in bulk before any listener: no event of each key is needed.
  const trigger = 'touch_api_key_secret_insert';
  const definition = database
    .prepare<[string], string>('select sql from sqlite_master where name = ?')
    .pluck()
    .get(trigger);
  if (definition === undefined) throw new Error(`there is no trigger ${trigger}`);
  database.exec(`drop trigger ${trigger}`);
  const organization = database.prepare(
    'insert into organization (id, name, tier, as_of, created_at, updated_at) values (?, ?, 3, ?, ?, ?)',
  );
  const subOrg = database.prepare(
    'insert into sub_org (id, org_id, name, created_at) values (?, ?, ?, ?)',
  );
  const member = database.prepare(
    "insert into membership (clerk_org_id, user_id, role, active, as_of) values (?, ?, 'admin', 1, ?)",
  );
  for (let n = 0; n < organizations; n++) {
    organization.run(`org_${n}`, `Organization ${n}`, now, now, now);
    subOrg.run(n + 1, `org_${n}`, 'Payments', now);
    member.run(`org_${n}`, `user_${n}`, now);
  }
  const apiKey = database.prepare(
    `insert into api_key
       (id, dialect, environment, org_id, sub_org_id, label, scopes, created_by, created_at, updated_at)
     values (?, ?, 'live', ?, ?, ?, ?, ?, ${now}, ${now})`,
  );
  const secret = database.prepare(
    `insert into api_key_secret
       (lookup, key_id, scheme, seal, prefix, first4, last4, created_at)
     values (?, ?, '${scheme.id}', ?, ?, ?, ?, ${now})`,
  );
  const insert = database.transaction((batch: Row[]) => {
    for (const row of batch) {
      const { id, dialect, orgId, subOrgId, label, scopes, createdBy } = row;
      apiKey.run(id, dialect, orgId, subOrgId, label, scopes, createdBy);
      secret.run(row.lookup, id, row.seal, row.prefix, row.first4, row.last4);
    }
  });
  for (const batch of batches(made)) insert(batch);
  database.exec(definition);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

async function fillPostgresql(url: string, made: Made): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const at = new Date(now).toISOString();
  await client.query('set session_replication_role = replica');
  await client.query(
    `insert into organization (id, name, tier, as_of, created_at, updated_at)
     select 'org_' || n, 'Organization ' || n, 3, $1, $1, $1 from generate_series(0, $2 - 1) n`,
    [at, organizations],
  );
  await client.query(
    `insert into sub_org (id, org_id, name, created_at)
     select n + 1, 'org_' || n, 'Payments', $1 from generate_series(0, $2 - 1) n`,
    [at, organizations],
  );
  await client.query(
    `insert into membership (clerk_org_id, user_id, role, active, as_of)
     select 'org_' || n, 'user_' || n, 'admin', true, $1 from generate_series(0, $2 - 1) n`,
    [at, organizations],
  );
  for (const batch of batches(made)) {
    const column = (name: keyof Row) => batch.map((row) => row[name]);
    await client.query(
      `insert into api_key
         (id, dialect, environment, org_id, sub_org_id, label, scopes, created_by, created_at, updated_at)
       select id, 'reporisk', 'live', org, sub, label, scopes::jsonb, by, $7, $7
       from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[])
         as t(id, org, sub, label, scopes, by)`,
      [...(['id', 'orgId', 'subOrgId', 'label', 'scopes', 'createdBy'] as const).map(column), at],
    );
    await client.query(
      `insert into api_key_secret (lookup, key_id, scheme, seal, prefix, first4, last4, created_at)
       select lookup, id, $7, seal, prefix, first4, last4, $8
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
         as t(lookup, id, seal, prefix, first4, last4)`,
      [
        ...(['lookup', 'id', 'seal', 'prefix', 'first4', 'last4'] as const).map(column),
        ...[scheme.id, at],
      ],
    );
  }
  await client.query('vacuum analyze');
  await client.end();
}

/** Options of an embedded verifier that only verifies, as the server's own does. */
export const bare = { usage: false, limits: false, onError: () => {} };
