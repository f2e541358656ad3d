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
  /** The key `k`, reached through the order's index. SQLite has no statistics to choose it by. */
  readonly from: string;
  /** The id beside the place, for keys with the same place. */
  readonly id: string;
  /** The organization's column in the order's index. */
  readonly organization: string;
  /** The expression that keys are ordered by. */
  readonly by: string;
  /** The same expression for a key `k` that was found otherwise. */
  readonly ofKey: string;
  readonly type: 'string' | 'number';
  /** The expression that turns `place` into a cursor's value. */
  readonly position: string;
  /** The placeholder of a cursor's value in a statement. */
  readonly placeholder: string;
  /** A cursor's value as that statement's parameter. */
  parameter(value: string | number): string | number;
}

/**
 * Orders keys by a column, in the form of an index of it. Keys that never expire come after all
 * others, and keys never used before all others: their sort value is a time outside the range that
 * can be shown, where no key's own time is.
 */
export function orderBy(column: Column, kind: Database['kind']): Order {
  const by = kind === 'sqlite' ? ofSqlite[column] : ofPostgresql[column];
  const isByUse = column === 'last_used_at';
  const forced = (index: string) => (kind === 'sqlite' ? ` indexed by ${index}` : '');
  const tables = isByUse
    ? {
        from: `key_order p${forced('key_order_by_use')} ${kind === 'sqlite' ? 'cross join' : 'join'}
          api_key k on k.id = p.key_id`,
        ofKey: '(select p.last_used_at from key_order p where p.key_id = k.id)',
        ...{ id: 'p.key_id', organization: 'p.org_id' },
      }
    : {
        from: `api_key k${forced(indexes[column])}`,
        ...{ ofKey: by, id: 'k.id', organization: 'k.org_id' },
      };
  if (column === 'label') {
    const parameter = (value: string | number) => value;
    return { ...tables, by, type: 'string', position: 'place', placeholder: '?', parameter };
  }
  if (kind === 'sqlite') {
    const parameter = (value: string | number) => Math.trunc(Number(value));
    return { ...tables, by, type: 'number', position: 'place', placeholder: '?', parameter };
  }
  return {
    ...{ ...tables, by, type: 'number' as const },
    position: `case place when 'infinity' then ${last + 1} when '-infinity' then ${first - 1}
      else ${postgresql.milliseconds('place')} end`,
    placeholder: '?::timestamptz',
    parameter(value) {
      const milliseconds = Math.trunc(Number(value));
      if (milliseconds > last) return 'infinity';
      return milliseconds < first ? '-infinity' : new Date(milliseconds).toISOString();
    },
  };
}

const indexes = {
  created_at: 'api_key_by_creation',
  label: 'api_key_by_label',
  expires_at: 'api_key_by_expiry',
};

const shown = (time: string, missing: number) =>
  `case when ${time} is null then ${missing} else max(min(${time}, ${last + 1}), ${first - 1}) end`;

const ofSqlite: Readonly<Record<Column, string>> = {
  created_at: shown('k.created_at', first - 1),
  label: 'lower(k.label)',
  last_used_at: 'p.last_used_at',
  expires_at: shown('k.expires_at', last + 1),
};

// Compared as times: converting each of ten thousand to a number takes longer than sorting them.
const within = (time: string, missing: string) =>
  `case when ${time} > '9999-12-31T23:59:59.999Z' then 'infinity'
    when ${time} < '0001-01-01T00:00:00Z' then '-infinity' else coalesce(${time}, '${missing}') end`;

const ofPostgresql: Readonly<Record<Column, string>> = {
  created_at: within('k.created_at', '-infinity'),
  label: 'lower(k.label)',
  last_used_at: 'p.last_used_at',
  expires_at: within('k.expires_at', 'infinity'),
};
