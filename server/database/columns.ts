import { z } from 'zod';
import { snake } from '../wire/case.ts';
import { isoTime } from '../wire/fields.ts';
import { shownName } from '../wire/names.ts';
import type { Dialect } from './dialect.ts';

/** The expression that a member of a record is read by, and what it is turned into. */
export interface Column {
  readonly sql: string;
  /** Turns the database's value into the record's; not called for null. */
  readonly read?: (value: string) => unknown;
}

/** A stored name, as it is shown. */
export function nameColumn(sql: string): Column {
  return { sql, read: shownName };
}

/** The columns of records with a schema. */
export interface Selection<Row> {
  /** The list of a `select`. */
  list(dialect: Dialect): string;
  /** Turns a row of that list into the record, in place. */
  read(row: object): Row;
}

/**
 * Derives the columns of a schema: each member is read from the column of its name, in the form of
 * its type. A member without a column makes the statement fail.
 *
 * @param table - the table's alias.
 * @param others - members that are no column of the table, or have another name there.
 */
export function columnsOf<Schema extends z.ZodObject>(
  { shape }: Schema,
  table: string,
  others: { readonly [Name in keyof z.output<Schema>]?: Column | string } = {},
): Selection<z.output<Schema>> {
  const given: Readonly<Record<string, Column | string | undefined>> = others;
  const columns = Object.entries(shape).map(([name, schema]) => {
    const other = given[name];
    const column = typeof other === 'string' ? { sql: other } : other;
    return { name, ...columnOf(schema, column ?? { sql: `${table}.${snake(name)}` }) };
  });
  const lists = new Map<Dialect, string>();
  const turned = columns.flatMap(({ name, read }) => (read === undefined ? [] : [{ name, read }]));
  return {
    list(dialect) {
      const known = lists.get(dialect);
      if (known !== undefined) return known;
      const list = columns.map(({ name, sql }) => `${sql(dialect)} as "${name}"`).join(', ');
      lists.set(dialect, list);
      return list;
    },
    read(row) {
      const record = row as Record<string, unknown>;
      for (const { name, read } of turned) {
        const value = record[name];
        if (value !== null) record[name] = read(value as never);
      }
      return record as z.output<Schema>;
    },
  };
}

interface Read {
  readonly sql: (dialect: Dialect) => string;
  readonly read: ((value: never) => unknown) | undefined;
}

function columnOf(schema: unknown, { sql, read }: Column): Read {
  const type = schema instanceof z.ZodNullable ? schema.def.innerType : schema;
  if (type instanceof z.ZodISODateTime) {
    return { sql: (dialect) => dialect.milliseconds(sql), read: isoTime };
  }
  if (type instanceof z.ZodBoolean) {
    return { sql: (dialect) => dialect.flag(sql), read: (value: number) => value === 1 };
  }
  if (structures.some((structure) => type instanceof structure)) {
    return { sql: (dialect) => dialect.jsonText(sql), read: (json: string) => JSON.parse(json) };
  }
  return { sql: () => sql, read };
}

const structures = [z.ZodObject, z.ZodArray, z.ZodRecord];
