import type { Database } from '../database/database.ts';
import type { RunStatement } from '../database/prepared.ts';

/** A multi-row insert. */
export interface BulkInsert<Row> {
  readonly table: string;
  /** Name, PostgreSQL's type, and the value for a row; instants as Unix milliseconds. */
  readonly columns: readonly (readonly [
    name: string,
    type: 'text' | 'int' | 'float8' | 'timestamptz',
    value: (row: Row) => string | number | null,
  ])[];
  /**
   * The action on a conflict with an existing row; `greatest` stands for either database's
   * function.
   */
  readonly onConflict?: string;
}

/**
 * SQLite takes 32,766 parameters in a statement, but compiling a long one costs more than it saves.
 */
const rowsPerStatement = 100;

/**
 * Inserts rows with the values sent apart from the statement: the ORM would write each value into
 * the statement's text.
 *
 * @param run - runs a statement of a transaction.
 */
export async function insertRows<Row>(
  run: RunStatement,
  kind: Database['kind'],
  insert: BulkInsert<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  if (kind === 'postgresql') return insertArrays(run, insert, rows);
  const full = ofValues(insert, rowsPerStatement);
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const part = rows.slice(start, start + rowsPerStatement);
    const values: (string | number | null)[] = [];
    for (const row of part) {
      for (const [, , value] of insert.columns) values.push(value(row));
    }
    const statement = part.length === rowsPerStatement ? full : ofValues(insert, part.length);
    await run(statement, values);
  }
}

/** Rows per statement on PostgreSQL. */
const rowsPerArray = 2_500;

/** Formats the next arrays while the database works on the previous ones. */
async function insertArrays<Row>(
  run: RunStatement,
  insert: BulkInsert<Row>,
  rows: readonly Row[],
): Promise<void> {
  const statement = fromArrays(insert);
  let sent: Promise<unknown> = Promise.resolve();
  for (let start = 0; start < rows.length; start += rowsPerArray) {
    const part = rows.slice(start, start + rowsPerArray);
    const values = insert.columns.map(([, , value]) => arrayOf(part.map(value)));
    await sent;
    sent = run(statement, values);
    // It may fail shortly before it is awaited.
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
  // PostgreSQL's greatest() is SQLite's max() with two arguments.
  return `insert into ${table} (${namesOf(columns)}) values ${all} ${onConflict.replaceAll('greatest(', 'max(')}`;
}

function namesOf(columns: BulkInsert<never>['columns']): string {
  return columns.map(([name]) => name).join(', ');
}

/** A list in PostgreSQL's array syntax: faster than the driver, which inspects each value. */
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
