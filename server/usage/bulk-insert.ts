import { CompiledQuery } from 'kysely';
import type { Database } from '../database/database.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** A statement that inserts many rows at once. */
export interface BulkInsert<Row> {
  readonly table: string;
  /** Name, PostgreSQL's type, and what a row has there; instants as Unix milliseconds. */
  readonly columns: readonly (readonly [
    name: string,
    type: 'text' | 'int' | 'float8' | 'timestamptz',
    value: (row: Row) => string | number | null,
  ])[];
  /** What happens to a row that is there already; `greatest` stands for either database's own. */
  readonly onConflict?: string;
}

/** SQLite takes 32,766 parameters in a statement, but compiling a long one costs more than it saves. */
const rowsPerStatement = 100;

/**
 * Inserts rows with the values sent apart from the statement: the ORM would write each of them into
 * its text.
 *
 * @param em - a transaction's.
 */
export async function insertRows<Row>(
  em: EntityManager,
  kind: Database['kind'],
  insert: BulkInsert<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  if (kind === 'postgresql') return insertArrays(em, insert, rows);
  const kysely = em.getKysely();
  const full = ofValues(insert, rowsPerStatement);
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const part = rows.slice(start, start + rowsPerStatement);
    const values: (string | number | null)[] = [];
    for (const row of part) {
      for (const [, , value] of insert.columns) values.push(value(row));
    }
    const statement = part.length === rowsPerStatement ? full : ofValues(insert, part.length);
    await kysely.executeQuery(CompiledQuery.raw(statement, values));
  }
}

/** Rows to a statement on PostgreSQL. */
const rowsPerArray = 2_500;

/** Writes the next arrays while the database works on those before. */
async function insertArrays<Row>(
  em: EntityManager,
  insert: BulkInsert<Row>,
  rows: readonly Row[],
): Promise<void> {
  const kysely = em.getKysely();
  const statement = fromArrays(insert);
  let sent: Promise<unknown> = Promise.resolve();
  for (let start = 0; start < rows.length; start += rowsPerArray) {
    const part = rows.slice(start, start + rowsPerArray);
    const values = insert.columns.map(([, , value]) => arrayOf(part.map(value)));
    await sent;
    sent = kysely.executeQuery(CompiledQuery.raw(statement, values));
    // It may fail before it is awaited, a little later.
    sent.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
  }
  await sent;
}

function fromArrays<Row>({ table, columns, onConflict = '' }: BulkInsert<Row>): string {
  const isInstant = (type: string) => type === 'timestamptz';
  const arrays = columns.map(
    ([, type], index) => `$${index + 1}::${isInstant(type) ? 'float8' : type}[]`,
  );
  const values = columns.map(([name, type]) =>
    isInstant(type) ? `to_timestamp(${name} / 1000)` : name,
  );
  const names = namesOf(columns);
  return `insert into ${table} (${names})
    select ${values.join(', ')} from unnest(${arrays.join(', ')}) as given (${names})
    ${onConflict}`;
}

function ofValues<Row>({ table, columns, onConflict = '' }: BulkInsert<Row>, rows: number): string {
  const row = `(${columns.map(() => '?').join(', ')})`;
  const all = Array(rows).fill(row).join(', ');
  // What PostgreSQL calls greatest(), SQLite calls max() with two arguments.
  return `insert into ${table} (${namesOf(columns)}) values ${all} ${onConflict.replaceAll('greatest(', 'max(')}`;
}

function namesOf(columns: BulkInsert<never>['columns']): string {
  return columns.map(([name]) => name).join(', ');
}

/** A list as PostgreSQL writes an array: faster than the driver, which looks into each value. */
function arrayOf(values: readonly (string | number | null)[]): string {
  return `{${values.map(member).join(',')}}`;
}

function member(value: string | number | null): string {
  if (typeof value === 'string') return quoted(value);
  return value === null ? 'null' : `${value}`;
}

function quoted(text: string): string {
  const isPlain = !text.includes('"') && !text.includes('\\');
  return `"${isPlain ? text : text.replace(/["\\]/g, '\\$&')}"`;
}
