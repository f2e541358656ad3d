import { CompiledQuery } from 'kysely';
import type { EntityManager } from './entity-manager.ts';
import { isPostgresql } from './is-postgresql.ts';

/** A value of a statement. */
export type Value = string | number | Date | null;

/**
 * Runs a statement that each connection prepares once. Its values are sent apart from its text; the
 * ORM writes values into the text, which the database then plans each time. For statements that
 * every request or every revocation waits for.
 *
 * @param sql - always the same text, with `?` for each value and nowhere else.
 * @returns its rows.
 */
export async function prepared<Row>(
  em: EntityManager,
  sql: string,
  values: readonly Value[],
): Promise<Row[]> {
  const query = isPostgresql(em)
    ? CompiledQuery.raw(withNumbers(sql), [...values])
    : CompiledQuery.raw(sql, values.map(asInSqlite));
  return (await em.getKysely().executeQuery<Row>(query)).rows;
}

/** Runs a statement of the database's own notation, and returns its rows. */
export type RunStatement = <Row>(
  sql: string,
  values?: readonly (string | number | null)[],
) => Promise<Row[]>;

/** The statements of a transaction of the ORM. */
export function statementsOf(em: EntityManager): RunStatement {
  const kysely = em.getKysely();
  return async <Row>(sql: string, values: readonly (string | number | null)[] = []) =>
    (await kysely.executeQuery<Row>(CompiledQuery.raw(sql, [...values]))).rows;
}

/** Texts with numbered parameters; as few as there are statements. */
const numbered = new Map<string, string>();

const maxNumbered = 1_000;

/** A statement's text for PostgreSQL, whose parameters have numbers. */
export function withNumbers(sql: string): string {
  const known = numbered.get(sql);
  if (known !== undefined) return known;
  let count = 0;
  const text = sql.replace(/\?/g, () => `$${++count}`);
  if (numbered.size < maxNumbered) numbered.set(sql, text);
  return text;
}

/** A value for SQLite, which keeps instants as Unix milliseconds. */
export function asInSqlite(value: Value): string | number | null {
  return value instanceof Date ? value.getTime() : value;
}
