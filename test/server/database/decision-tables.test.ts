import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookupSubject, subjectsOf } from '../../../core/cache/subjects.ts';
import { type KeyRow, storedKey } from '../../../server/database/key-row.ts';
import { testRowMacs } from '../../support/keyring.ts';
import {
  type Attempt,
  type Attempts,
  postgresqlAttempts,
  type Row,
  type SqliteAttempts,
  type Statement,
  sqliteAttempts,
  type Value,
} from './attempts.ts';

/** Values of every type that a column may have. */
const candidates: readonly Value[] = [
  ...[null, 0, 1, 99, 1_700_000_000_000, '2023-01-01T00:00:00Z', 'false', 'true'],
  ...['other', 'viewer', 'member', 'test', '[]', '{"limit":1,"windowSeconds":1}'],
];

function subjects(row: KeyRow | null, lookup: string): readonly string[] {
  return [
    lookupSubject(lookup),
    ...(row === null ? [] : subjectsOf(storedKey(row, testRowMacs).record)),
  ];
}

/** Whether a decision changed although nothing was invalidated that its cached answer depends on. */
function isMissed({ before, after, touched, lookups }: Attempt): boolean {
  return lookups.some((lookup, n) => {
    const row = before[n] ?? null;
    if (isDeepStrictEqual(row, after[n])) return false;
    return !subjects(row, lookup).some((subject) => touched.has(subject));
  });
}

/** Tries each statement; each is one that may take something away. */
async function tryAll(
  database: Attempts,
  cases: readonly (readonly Statement[])[],
): Promise<{ readonly missed: readonly Statement[]; readonly changed: number }> {
  const faults: Statement[] = [];
  let changed = 0;
  for (const statements of cases) {
    const attempt = await database.attempt(...statements);
    if (attempt === null) continue;
    if (!isDeepStrictEqual(attempt.before, attempt.after)) changed += 1;
    if (isMissed(attempt)) faults.push(...statements);
  }
  return { missed: faults, changed };
}

function insertion(verb: string, table: string, row: Row): Statement {
  const names = Object.keys(row);
  const places = names.map(() => '?').join(', ');
  return {
    sql: `${verb} into ${table} (${names.join(', ')}) values (${places})`,
    values: Object.values(row),
  };
}

function condition(row: Row): string {
  return Object.entries(row)
    .map(([name, value]) => (value === null ? `${name} is null` : `${name} = ?`))
    .join(' and ');
}

function update(verb: string, table: string, changes: Row, key: Row): Statement {
  const set = Object.keys(changes).map((name) => `${name} = ?`);
  const values = Object.values(key).filter((value) => value !== null);
  return {
    sql: `${verb} ${table} set ${set.join(', ')} where ${condition(key)}`,
    values: [...Object.values(changes), ...values],
  };
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

/** A row that differs in every unique column from all others. */
function elsewhere(row: Row, names: readonly string[]): Row {
  const moved = names.map((name) => [name, typeof row[name] === 'number' ? 901 : `new-${name}`]);
  return { ...row, ...Object.fromEntries(moved) };
}

let sqlite: SqliteAttempts;
let postgresql: Attempts;
beforeAll(async () => {
  sqlite = await sqliteAttempts();
  postgresql = await postgresqlAttempts();
});
afterAll(async () => {
  await sqlite[Symbol.asyncDispose]();
  await postgresql[Symbol.asyncDispose]();
});

test('a decision reads six tables', () => {
  expect([...sqlite.tables.keys()]).toEqual([
    ...['api_key', 'api_key_secret', 'membership', 'organization', 'service_account', 'sub_org'],
  ]);
});

describe.each(['SQLite', 'PostgreSQL'])('on %s', (kind) => {
  test('every column that a decision reads invalidates when a hand-typed statement changes it', async () => {
    const database = kind === 'SQLite' ? sqlite : postgresql;
    const verbs =
      kind === 'SQLite' ? ['update', 'update or replace', 'update or ignore'] : ['update'];
    for (const [table, [primary = []]] of sqlite.tables) {
      const columns = await database.columns(table);
      // One row is enough: its columns are those of all others.
      const cases = (await database.rows(table))
        .slice(0, 1)
        .flatMap((row) =>
          columns.flatMap((column) =>
            candidates.flatMap((value) =>
              verbs.map((verb) => [update(verb, table, { [column]: value }, pick(row, primary))]),
            ),
          ),
        );
      const tried = await tryAll(database, cases);
      expect(tried.missed).toEqual([]);
      expect(tried.changed).toBeGreaterThan(0);
    }
  });

  test('a deleted row invalidates, also a parent whose children stay', async () => {
    const database = kind === 'SQLite' ? sqlite : postgresql;
    for (const table of sqlite.tables.keys()) {
      const tried = await tryAll(database, [[{ sql: `delete from ${table}`, values: [] }]]);
      expect(tried.missed).toEqual([]);
      if (kind === 'SQLite') expect(tried.changed).toBe(1);
    }
  });
});

const replacing = ['replace', 'insert or replace', 'insert or abort', 'insert or ignore'];

test('on SQLite, REPLACE of a row by a different one of the same key invalidates', async () => {
  for (const [table, uniques] of sqlite.tables) {
    const columns = await sqlite.columns(table);
    const cases = (await sqlite.rows(table))
      .slice(0, 1)
      .flatMap(({ rowid: _, ...row }) =>
        columns.flatMap((column) =>
          candidates.flatMap((value) =>
            replacing.map((verb) => [insertion(verb, table, { ...row, [column]: value })]),
          ),
        ),
      );
    const tried = await tryAll(sqlite, cases);
    expect(tried.missed).toEqual([]);
    expect(tried.changed).toBeGreaterThan(uniques.length);
  }
});

test('on SQLite, REPLACE through any unique constraint, the row id too, invalidates the row that it deletes', async () => {
  for (const [table, uniques] of sqlite.tables) {
    const [primary = []] = uniques;
    const every = [...new Set(uniques.flat())];
    for (const unique of uniques) {
      // Under its own primary key, only a row with another content takes something away.
      const columns = unique === primary ? await sqlite.columns(table) : primary.slice(0, 1);
      const cases = (await sqlite.rows(table)).flatMap((row) => {
        const taken = pick(row, unique);
        const spelled = Object.entries(taken).map(([name, value]) => [name, `${value}`]);
        return columns.flatMap((column) =>
          candidates.flatMap((value) => {
            const other = { ...elsewhere(row, every), [column]: value };
            return [
              [insertion('replace', table, { ...other, ...taken })],
              [insertion('insert or replace', table, { ...other, ...Object.fromEntries(spelled) })],
              [
                insertion('insert', table, other),
                update('update or replace', table, taken, pick(other, every)),
              ],
            ];
          }),
        );
      });
      const tried = await tryAll(sqlite, cases);
      expect(tried.missed).toEqual([]);
      expect(tried.changed, `${table} (${unique})`).toBeGreaterThan(0);
    }
  }
});
