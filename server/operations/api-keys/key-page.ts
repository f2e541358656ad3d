import { sqlOf, valuesOf } from '../../database/conditions.ts';
import type { Part } from '../../database/key-search.ts';
import type { Value } from '../../database/prepared.ts';
import type { Rows } from '../../database/rows.ts';
import type { Position } from '../page.ts';
import type { FilterContext, KeyFilter } from './key-filter.ts';
import type { Order } from './key-order.ts';

/** The largest exact count of keys. */
const mostCounted = 1000;

/** Counts the keys of a filter, however many they are. */
export async function countEveryKey(rows: Rows, { parts }: KeyFilter): Promise<number> {
  const selects = parts.map(({ from, where }) => `select k.id from ${from} where ${sqlOf(where)}`);
  const [row] = await rows.planned<{ n: number | string }>(
    `select count(*) as n from (${selects.join(' union ')}) found`,
    parts.flatMap(valuesOfPart),
  );
  return Number(row?.n);
}

/** Counts the keys of a filter; null where they are more than 1,000. */
export async function countKeys(rows: Rows, { parts }: KeyFilter): Promise<number | null> {
  const limit = mostCounted + 1;
  const selects = parts.map(
    ({ from, where }) =>
      `select * from (select k.id from ${from} where ${sqlOf(where)} limit ${limit}) part`,
  );
  const [row] = await rows.planned<{ n: number | string }>(
    `select count(*) as n from (select 1 from (${selects.join(' union ')}) found limit ${limit}) counted`,
    parts.flatMap(valuesOfPart),
  );
  const total = Number(row?.n);
  return total > mostCounted ? null : total;
}

function valuesOfPart({ values = [], where }: Part): Value[] {
  return [...values, ...valuesOf(where)];
}

/** A page that is asked for. */
export interface WantedPage {
  readonly filter: KeyFilter;
  readonly order: Order;
  readonly isDescending: boolean;
  /** Whether the filter matches 1,000 keys at most. */
  readonly isFew: boolean;
  /** The end of the page before it. */
  readonly start: Position | null;
  /** The number of rows. */
  readonly limit: number;
}

/** A key's id, and its place in the order as a cursor has it. */
export interface Placed {
  readonly id: string;
  readonly position: string | number;
}

/**
 * The keys of a page. Where few keys match, they are found by the filter's indexes and sorted; where
 * many do, the order's index soon meets a page of them.
 */
export function pageOfKeys(page: WantedPage, { rows, orgId }: FilterContext): Promise<Placed[]> {
  return page.isFew ? sorted(page, rows) : alongOrder(page, rows, orgId);
}

/**
 * The bound of what was just counted as few; more than an import can add in between. With a bound,
 * PostgreSQL takes the way that is best for few.
 */
const mostSorted = 10 * mostCounted;

function sorted({ filter, order, isDescending, start, limit }: WantedPage, rows: Rows) {
  const selects = filter.parts.map(
    ({ from, where }) =>
      `select * from (
         select k.id, ${order.ofKey} as place from ${from} where ${sqlOf(where)} limit ${mostSorted}
       ) part`,
  );
  const [after, values] = afterStart(order, start, isDescending, 'place', 'id');
  return rows.planned<Placed>(
    `with found as materialized (${selects.join(' union ')})
     select id, ${order.position} as position from found where ${after}
     order by ${directed(isDescending, 'place', 'id')} limit ?`,
    [...filter.parts.flatMap(valuesOfPart), ...values, limit],
  );
}

function alongOrder(
  { filter, order, isDescending, start, limit }: WantedPage,
  rows: Rows,
  orgId: string,
) {
  const { from, where }: Part = filter.along;
  const [after, values] = afterStart(order, start, isDescending, order.by, order.id);
  const own = order.organization === 'k.org_id' ? [] : [`${order.organization} = ?`];
  return rows.planned<Placed>(
    `select id, ${order.position} as position
     from (
       select k.id, ${order.by} as place from ${order.from} ${from}
       where ${[...own, sqlOf(where), after].join(' and ')}
       order by ${directed(isDescending, order.by, order.id)} limit ?
     ) page
     order by ${directed(isDescending, 'place', 'id')}`,
    [...own.map(() => orgId), ...valuesOf(where), ...values, limit],
  );
}

function afterStart(
  order: Order,
  start: Position | null,
  isDescending: boolean,
  ...[place, id]: [place: string, id: string]
): [sql: string, values: Value[]] {
  if (start === null) return ['true', []];
  const comparison = isDescending ? '<' : '>';
  const [value, last] = start;
  return [
    `(${place}, ${id}) ${comparison} (${order.placeholder}, ?)`,
    [order.parameter(value), last],
  ];
}

function directed(isDescending: boolean, ...columns: readonly string[]): string {
  return columns.map((column) => `${column} ${isDescending ? 'desc' : 'asc'}`).join(', ');
}
