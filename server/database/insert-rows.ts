import type { EntityMetadata, EntityName, Opt } from '@mikro-orm/core';
import type { EntityManager } from './entity-manager.ts';
import { prepared, type Value } from './prepared.ts';

/** A row of an entity's table with a value for each column, but for a generated key. */
export type WholeRow<Entity, Generated extends keyof Entity = never> = {
  readonly [Name in Exclude<keyof Entity & string, Generated>]: Unmarked<Entity[Name]>;
};

/** A property's type without the ORM's mark of a default value. */
type Unmarked<Type> = Type extends infer Plain & Opt.Brand ? Plain : Type;

/**
 * Inserts rows by a prepared statement, for tables that many requests write. Its columns are those of
 * the entity; a row that misses one is a type error.
 *
 * @param em - the transaction's.
 * @returns the generated keys, in the order of the rows; none where the rows have theirs.
 */
export async function insertRows<Entity extends object, Generated extends keyof Entity = never>(
  em: EntityManager,
  entity: EntityName<Entity>,
  rows: readonly WholeRow<Entity, Generated>[],
): Promise<number[]> {
  const insert = insertInto(em, em.getMetadata(entity));
  const values = rows.flatMap((row) => insert.columns.map(({ value }) => value(row)));
  const tuples = rows.map(() => insert.tuple).join(', ');
  const inserted = await prepared<{ id: number }>(em, insert.start + tuples + insert.end, values);
  return inserted.map(({ id }) => id);
}

interface Insert {
  readonly columns: readonly { readonly value: (row: object) => Value }[];
  readonly start: string;
  /** The parameters of one row. */
  readonly tuple: string;
  readonly end: string;
}

/** Of each entity of each open database, whose platforms differ. */
const inserts = new WeakMap<EntityMetadata, Insert>();

function insertInto(em: EntityManager, meta: EntityMetadata): Insert {
  const known = inserts.get(meta);
  if (known !== undefined) return known;
  const generated = meta.props.find(({ autoincrement }) => autoincrement);
  const platform = em.getPlatform();
  const columns = meta.props
    .filter((property) => property !== generated && property.persist !== false)
    .map(({ name, fieldNames, customType }) => ({
      name: fieldNames[0] ?? name,
      value(row: object): Value {
        const given: unknown = Reflect.get(row, name) ?? null;
        const isPlain = customType === undefined || given === null;
        return (isPlain ? given : customType.convertToDatabaseValue(given, platform)) as Value;
      },
    }));
  const insert = {
    columns,
    start: `insert into ${meta.tableName} (${columns.map(({ name }) => name).join(', ')}) values `,
    tuple: `(${columns.map(() => '?').join(', ')})`,
    end: generated === undefined ? '' : ` returning ${generated.fieldNames[0]} as id`,
  };
  inserts.set(meta, insert);
  return insert;
}
