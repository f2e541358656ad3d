import type { Connection, Pool, Submittable } from 'pg';

/** A statement that is prepared once on each connection. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** A row as PostgreSQL sends it: each column as text. */
export type TextRow = readonly (string | null)[];

/** What pg keeps of prepared statements, and its types leave out. */
interface PreparingConnection extends Connection {
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
}

/**
 * Asks for the one row of a prepared statement. pg has each execution described once more and builds
 * an object after that description, which for many columns takes as long as the rest of its work. The
 * caller knows the columns of its statement.
 *
 * @returns the row's columns in their order; null when there is none.
 */
export function preparedRow(
  pool: Pool,
  statement: PreparedStatement,
  values: readonly string[],
): Promise<TextRow | null> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null | undefined, row?: TextRow | null) =>
      error ? reject(error) : resolve(row ?? null);
    (pool.query as unknown as QueryWith)(new Execution(statement, values), undefined, done);
  });
}

/** How a pool takes what submits itself; it sets the callback, and keeps the connection until then. */
type QueryWith = (
  query: Submittable,
  values: undefined,
  callback: (error: Error | null | undefined, row?: TextRow | null) => void,
) => void;

/** One execution, in the form that pg asks of what submits itself (as pg-cursor does). */
class Execution implements Submittable {
  readonly name: string;
  readonly text: string;
  readonly #values: readonly string[];
  #row: TextRow | null = null;
  callback: ((error: Error | null, row?: TextRow | null) => void) | undefined;

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
    this.#row = fields;
  }

  handleReadyForQuery(): void {
    this.callback?.(null, this.#row);
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
