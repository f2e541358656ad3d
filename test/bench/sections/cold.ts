import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { createVerifier } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { nodeHashing } from '../../../server/crypto/node-hashing.ts';
import { findKeyQuery as postgresqlQuery } from '../../../server/database/postgresql-key-store.ts';
import { findKeyQuery as sqliteQuery } from '../../../server/database/sqlite-key-store.ts';
import { type CompareOptions, compare } from '../compare.ts';
import { atMost, duration, type Metric, type Section } from '../figure.ts';
import { type Kind, populated, request, scheme } from '../population.ts';

const keyCount = 10_000;

/**
 * A verification without any cache (shape, checksum, digest, pepper, lookup, seal, decision) against
 * the raw lookup alone: the same prepared statement with the same columns for the same rows, given
 * the lookup value ready made, on a bare connection of the driver.
 */
export const cold: Section = async () => [await onSqlite(), await onPostgresql()];

async function onSqlite(): Promise<Metric> {
  await using database = await populated('SQLite', keyCount);
  const raw = new BetterSqlite3(database.url.slice('sqlite:'.length), { readonly: true });
  const find = raw.prepare<[string], unknown>(sqliteQuery);
  const figure = await measure('SQLite', 2, database, (lookup) => find.get(lookup));
  raw.close();
  return figure;
}

async function onPostgresql(): Promise<Metric> {
  await using database = await populated('PostgreSQL', keyCount);
  const raw = new pg.Client({ connectionString: database.url });
  await raw.connect();
  const find = (lookup: string) => raw.query({ ...postgresqlQuery, values: [lookup] });
  const figure = await measure('PostgreSQL', 1.15, database, find, { awaits: true });
  await raw.end();
  return figure;
}

async function measure(
  kind: Kind,
  target: number,
  { url, keys }: { readonly url: string; readonly keys: readonly string[] },
  find: (lookup: string) => unknown,
  options?: CompareOptions,
): Promise<Metric> {
  await using database = await openAuditedDatabase(url);
  const verifier = createVerifier({
    store: database.keys,
    schemes: [scheme],
    hashing: nodeHashing,
  });
  for (const key of keys.slice(0, 100)) {
    if (!(await verifier.verify(key, request)).ok) throw new Error('a key was refused');
  }
  const lookups = keys.map((key) => scheme.lookup(nodeHashing.sha256(key)));
  const { ratio, ours, reference } = await compare(
    (n) => verifier.verify(keys[n % keyCount] ?? '', request),
    (n) => find(lookups[n % keyCount] ?? ''),
    options,
  );
  return atMost(target, {
    what: `cold verification ÷ the raw prepared lookup, ${kind}`,
    value: ratio,
    absolute: `${duration(ours)} ÷ ${duration(reference)}`,
  });
}
