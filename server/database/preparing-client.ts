import pg from 'pg';

/** Names of statements by their texts, the same on every connection. */
const names = new Map<string, string>();

/**
 * A PostgreSQL connection that prepares a statement with parameters once. Those of the ORM have their
 * values in the text, so that each comes but once.
 */
export class PreparingClient extends pg.Client {
  override query = ((query: unknown, values: unknown, ...rest: unknown[]) => {
    const send = super.query as (...given: unknown[]) => unknown;
    const isPrepared = typeof query === 'string' && Array.isArray(values) && values.length > 0;
    return isPrepared
      ? send.call(this, { name: nameOf(query), text: query, values }, ...rest)
      : send.call(this, query, values, ...rest);
  }) as pg.Client['query'];
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `statement-${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}
