import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import type { EntityManager } from './entity-manager.ts';

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
  values: readonly (string | number | Date | null)[],
): Promise<Row[]> {
  const query =
    em.getDriver() instanceof PostgreSqlDriver
      ? CompiledQuery.raw(withNumbers(sql), [...values])
      : CompiledQuery.raw(sql, values.map(asInSqlite));
  return (await em.getKysely().executeQuery<Row>(query)).rows;
}

/** PostgreSQL's parameters have numbers. */
function withNumbers(sql: string): string {
  let count = 0;
  return sql.replace(/\?/g, () => `$${++count}`);
}

/** SQLite keeps instants as Unix milliseconds. */
function asInSqlite(value: string | number | Date | null): string | number | null {
  return value instanceof Date ? value.getTime() : value;
}
