/** The expressions that SQLite and PostgreSQL write differently. */
export interface Dialect {
  /** A time column as Unix milliseconds. */
  milliseconds(column: string): string;
  /** A condition as 0 or 1. */
  flag(condition: string): string;
  /** A JSON column as text. */
  jsonText(column: string): string;
  /** Whether a text column is one of a parameter's JSON list of texts. */
  among(column: string): string;
  /** The same for an integer column, and a JSON list of integers. */
  amongIntegers(column: string): string;
  /** The part of a text column before a separator; the whole text without one. */
  before(column: string, separator: string): string;
  /** True as a parameter value. */
  readonly true: boolean | number;
  /** The clause that makes a select lock its rows. */
  forUpdate(alias: string): string;
  /** The same that skips rows which others have locked. */
  skipLocked(alias: string): string;
}

/** SQLite stores times as Unix milliseconds and JSON as text, and has one writer and no boolean. */
export const sqlite: Dialect = {
  // A time that was typed by hand as text becomes a small number, which is long past.
  milliseconds: (column) => `cast(${column} as integer)`,
  flag: (condition) => condition,
  jsonText: (column) => column,
  among: (column) => `${column} in (select value from json_each(?))`,
  amongIntegers: (column) => `${column} in (select value from json_each(?))`,
  before: (column, separator) =>
    `substr(${column}, 1, instr(${column} || '${separator}', '${separator}') - 1)`,
  true: 1,
  forUpdate: () => '',
  skipLocked: () => '',
};

/** PostgreSQL, whose driver gives a `numeric` as text: hence `float8`. */
export const postgresql: Dialect = {
  milliseconds: (column) => `(extract(epoch from ${column}) * 1000)::float8`,
  flag: (condition) => `(${condition})::int`,
  jsonText: (column) => `${column}::text`,
  among: (column) => `${column} = any(array(select json_array_elements_text(?::json)))`,
  amongIntegers: (column) =>
    `${column} = any(array(select json_array_elements_text(?::json)::int))`,
  before: (column, separator) => `split_part(${column}, '${separator}', 1)`,
  true: true,
  forUpdate: (alias) => `for update of ${alias}`,
  skipLocked: (alias) => `for update of ${alias} skip locked`,
};
