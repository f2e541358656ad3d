import type { Database } from '../../database/database.ts';
import { postgresql } from '../../database/dialect.ts';
import { firstTime as first, lastTime as last } from '../../wire/fields.ts';

const sortable = ['created_at', 'label', 'last_used_at', 'expires_at'] as const;
type Column = (typeof sortable)[number];

/** The sort orders of a key list; a leading minus reverses one. */
export const sorts = sortable.flatMap((column) => [column, `-${column}` as const]);

/** The column of a sort. */
export function columnOf(sort: Column | `-${Column}`): Column {
  return sort.replace('-', '') as Column;
}

/** The order of a list, and the form of a cursor's place in it. */
export interface Order {
  /** The expression that keys are ordered by. */
  readonly by: string;
  readonly type: 'string' | 'number';
  /** The expression that turns `place` into a cursor's value. */
  readonly position: string;
  /** The placeholder of a cursor's value in a statement. */
  readonly from: string;
  /** A cursor's value as that statement's parameter. */
  parameter(value: string | number): string | number;
}

/**
 * Orders keys by a column. Keys that never expire come after all others, and keys never used before
 * all others: their sort value is a time outside the range that can be shown, where no key's own
 * time is.
 */
export function orderBy(column: Column, kind: Database['kind']): Order {
  if (column === 'label') {
    const parameter = (value: string | number) => value;
    return { by: 'lower(k.label)', type: 'string', position: 'place', from: '?', parameter };
  }
  const time = column === 'last_used_at' ? 'u.last_used_at' : `k.${column}`;
  const isLast = column === 'expires_at';
  if (kind === 'sqlite') {
    const missing = isLast ? last + 1 : first - 1;
    return {
      by: `case when ${time} is null then ${missing} else max(min(${time}, ${last + 1}), ${first - 1}) end`,
      type: 'number',
      position: 'place',
      from: '?',
      parameter: (value) => Math.trunc(Number(value)),
    };
  }
  const missing = isLast ? 'infinity' : '-infinity';
  // Compared as times: converting each of ten thousand to a number takes longer than sorting them.
  return {
    by: `case when ${time} > '9999-12-31T23:59:59.999Z' then 'infinity'
      when ${time} < '0001-01-01T00:00:00Z' then '-infinity' else coalesce(${time}, '${missing}') end`,
    type: 'number',
    position: `case place when 'infinity' then ${last + 1} when '-infinity' then ${first - 1}
      else ${postgresql.milliseconds('place')} end`,
    from: '?::timestamptz',
    parameter(value) {
      const milliseconds = Math.trunc(Number(value));
      if (milliseconds > last) return 'infinity';
      return milliseconds < first ? '-infinity' : new Date(milliseconds).toISOString();
    },
  };
}
