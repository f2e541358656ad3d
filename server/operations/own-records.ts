import type { Selection } from '../database/columns.ts';
import type { Value } from '../database/prepared.ts';
import type { OperationContext } from './operation.ts';
import { cutPage, decodeCursor } from './page.ts';

/** Values of columns that select a record. */
export type Conditions = Readonly<Record<string, Value>>;

/** The same of a list; undefined for a filter that was not asked for. */
export type Filters = Readonly<Record<string, Value | undefined>>;

/** The parameters of a list. */
export interface Paging {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/** Reads records of the caller's organization; no other statement of a read names one. */
export interface OwnRecords<Row> {
  /**
   * One page, newest first: ids grow with time, so the id alone is the position.
   *
   * @param filters - besides the organization's.
   */
  list(work: OperationContext, filters: Filters, paging: Paging): Promise<Page<Row>>;
  /** The newest record; null where there is none. */
  newest(work: OperationContext, where: Conditions): Promise<Row | null>;
}

/** A table whose rows belong to organizations by its column `org_id`. */
export interface OwnedTable<Row> {
  readonly table: string;
  /** The alias in the selection's expressions. */
  readonly as: string;
  /** The id's type, for cursors. */
  readonly id: 'string' | 'number';
  readonly columns: Selection<Row>;
}

/** Makes the reads of a table, each limited to the caller's organization. */
export function ownRecords<Row extends { readonly id: string | number }>({
  table,
  as,
  id,
  columns,
}: OwnedTable<Row>): OwnRecords<Row> {
  async function select(
    { services: { database }, principal }: OperationContext,
    filters: Filters,
    { after, limit }: { readonly after: Value; readonly limit: number },
  ): Promise<Row[]> {
    // Only the operator is without an organization, and the installation's own rows are too.
    const conditions: Filters = { ...filters, org_id: principal.organization.id || null };
    const values: Value[] = [];
    let sql = `select ${columns.list(database.rows.dialect)} from ${table} ${as} where `;
    for (const name in conditions) {
      const value = conditions[name];
      if (value === undefined) continue;
      sql += `${as}.${name} ${value === null ? 'is null' : `= ${placeholder(value)}`} and `;
      if (value !== null) values.push(value);
    }
    sql += after === null ? 'true' : `${as}.id < ${placeholder(after)}`;
    if (after !== null) values.push(after);
    values.push(limit);
    const rows = await database.rows.all<object>(`${sql} order by ${as}.id desc limit ?`, values);
    return rows.map(columns.read);
  }

  return {
    async list(work, filters, { limit, cursor }) {
      const start = decodeCursor(cursor, 'string', id);
      const after = start === null ? null : start[1];
      const rows = await select(work, filters, { after, limit: limit + 1 });
      return cutPage(rows, limit, (row) => ['', row.id]);
    },
    async newest(work, where) {
      const [row = null] = await select(work, where, { after: null, limit: 1 });
      return row;
    },
  };
}

/** PostgreSQL takes a number of the column's type only, unless it is told another. */
function placeholder(value: Value): string {
  return typeof value === 'number' ? 'cast(? as bigint)' : '?';
}
