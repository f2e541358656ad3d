import { z } from 'zod';
import { snake } from '../wire/case.ts';
import { isoTime } from '../wire/fields.ts';
import { shownName } from '../wire/names.ts';
import { recordBuilder } from '../wire/record-builder.ts';
import type { Dialect } from './dialect.ts';
import { storedJson } from './stored-json.ts';

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
  /** Turns a row of that list into the record. */
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
  const read = recordBuilder(columns.map(({ name, read: turn }) => ({ name, from: name, turn })));
  return {
    list(dialect) {
      const known = lists.get(dialect);
      if (known !== undefined) return known;
      const list = columns.map(({ name, sql }) => `${sql(dialect)} as "${name}"`).join(', ');
      lists.set(dialect, list);
      return list;
    },
    read: read as Selection<z.output<Schema>>['read'],
  };
}

interface Read {
  readonly sql: (dialect: Dialect) => string;
  readonly read: ((value: never) => unknown) | null;
}

function columnOf(schema: unknown, { sql, read }: Column): Read {
  const type = schema instanceof z.ZodNullable ? schema.def.innerType : schema;
  if (type instanceof z.ZodISODateTime) {
    return { sql: (dialect) => dialect.milliseconds(sql), read: unlessNull(isoTime) };
  }
  if (type instanceof z.ZodBoolean) {
    return { sql: (dialect) => dialect.flag(sql), read: unlessNull((value) => value === 1) };
  }
  if (type instanceof z.ZodObject || type instanceof z.ZodArray || type instanceof z.ZodRecord) {
    const readJson = (text: string) => structureIn(text, type);
    return { sql: (dialect) => dialect.jsonText(sql), read: unlessNull(readJson) };
  }
  return { sql: () => sql, read: read === undefined ? null : unlessNull(read) };
}

function unlessNull<Value>(read: (value: Value) => unknown) {
  return (value: Value | null) => (value === null ? null : read(value));
}

/**
 * A structure in JSON. One of another form, which only a statement by hand writes, becomes an empty
 * list or null: one row must not make the answer fail for all others.
 */
function structureIn(text: string, type: z.ZodObject | z.ZodArray | z.ZodRecord): unknown {
  const value = storedJson(text);
  if (type.safeParse(value).success) return value;
  return type instanceof z.ZodArray ? [] : null;
}
