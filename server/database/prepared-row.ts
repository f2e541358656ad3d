import type { Connection, Pool, Submittable } from 'pg';

/** A statement that each connection prepares once. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** A row in PostgreSQL's text format. */
export type TextRow = readonly (string | null)[];

/** pg's record of prepared statements, which its types omit. */
interface PreparingConnection extends Connection {
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
}

/**
 * Fetches the one row of a prepared statement. pg requests a description for each execution and
 * builds an object from it, which for many columns takes as long as the rest of its work. Here, the
 * caller knows the columns of its statement.
 *
 * @returns the row's columns in order; null when there is none.
 */
export async function preparedRow(
  pool: Pool,
  statement: PreparedStatement,
  values: readonly string[],
): Promise<TextRow | null> {
  return (await preparedRows(pool, statement, values))[0] ?? null;
}

/** The same of a statement that may have several rows. */
export function preparedRows(
  pool: Pool,
  statement: PreparedStatement,
  values: readonly string[],
): Promise<readonly TextRow[]> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null | undefined, rows?: readonly TextRow[]) =>
      error ? reject(error) : resolve(rows ?? []);
    (pool.query as unknown as QueryWith)(new Execution(statement, values), undefined, done);
  });
}

/**
 * A pool's `query` for a submittable; it sets the callback, and keeps the connection until then.
 */
type QueryWith = (
  query: Submittable,
  values: undefined,
  callback: (error: Error | null | undefined, rows?: readonly TextRow[]) => void,
) => void;

/** One execution, in pg's form of a submittable (as in pg-cursor). */
class Execution implements Submittable {
  readonly name: string;
  readonly text: string;
  readonly #values: readonly string[];
  readonly #rows: TextRow[] = [];
  callback: ((error: Error | null, rows?: readonly TextRow[]) => void) | undefined;

  constructor({ name, text }: PreparedStatement, values: readonly string[]) {
    this.name = name;
    this.text = text;
    this.#values = values;
  }

  submit(on: Connection): void {
    const connection = on as PreparingConnection;
    const { name, text } = this;
    connection.stream.cork();
    if (!connection.parsedStatements[name] && !connection.submittedNamedStatements[name]) {
      connection.parse({ name, text, types: [] }, true);
      connection.submittedNamedStatements[name] = text;
    }
    connection.bind({ statement: name, values: [...this.#values] }, true);
    connection.execute({}, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleDataRow({ fields }: { readonly fields: TextRow }): void {
    this.#rows.push(fields);
  }

  handleReadyForQuery(): void {
    this.callback?.(null, this.#rows);
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
