import { searchText, soughtIn } from '../wire/search-text.ts';
import type { Condition } from './conditions.ts';
import type { Database } from './database.ts';
import type { EntityManager } from './entity-manager.ts';
import type { Value } from './prepared.ts';

/** The fields of a key that text search reads. */
interface Searched {
  readonly id: string;
  readonly label: string;
  readonly description?: string | null | undefined;
}

/** Writes the search texts of keys; part of the transaction that writes the keys. */
export async function writeSearchTexts(
  em: Pick<EntityManager, 'execute'>,
  keys: readonly Searched[],
): Promise<void> {
  if (keys.length === 0) return;
  await em.execute(
    `insert into key_search (key_id, text) values ${keys.map(() => '(?, ?)').join(', ')}
     on conflict (key_id) do update set text = excluded.text`,
    keys.flatMap(({ id, label, description }) => [id, searchText([label, description])]),
  );
}

/** Keys per transaction. */
const batchSize = 500;

/** Fills in missing search texts: keys of older versions, including one that still runs. */
export async function fillSearchTexts(database: Database): Promise<void> {
  for (;;) {
    const written = await database.transaction(async (em) => {
      const keys = await em.execute<Searched[]>(
        `select id, label, description from api_key k
         where not exists (select 1 from key_search s where s.key_id = k.id) limit ${batchSize}`,
      );
      await writeSearchTexts(em, keys);
      return keys.length;
    });
    if (written < batchSize) return;
  }
}

/** A way to keys `k`: tables and conditions. */
export interface Part {
  readonly from: string;
  /** The parameters of `from`; none when absent. */
  readonly values?: readonly Value[];
  readonly where: readonly Condition[];
}

/** The owner of a key `k`; the form that indexes have. */
export const ownerOf = 'coalesce(k.service_account_id, k.created_by)';

/** The keys that a search finds. */
export interface Found {
  /** Ways by an index each, which find them together. */
  readonly parts: readonly Part[];
  /** The same as one condition on a key. */
  readonly along: Condition;
}

/** Where a search looks. */
export interface SearchContext {
  readonly kind: Database['kind'];
  readonly orgId: string;
  /** Service accounts whose names match. */
  readonly accountIds: readonly string[];
}

const previewForm = /^(?:rrk_(?:live|test)_)?([\w-]{4})(?:•{1,4}|\.{3}|…)([\w-]{4})$/i;

/**
 * The search for a key `k`: its label or description, its preview or four characters of it, its id,
 * or its owner. Null for an empty query.
 */
export function foundBy(query: string, { kind, orgId, accountIds }: SearchContext): Found | null {
  const sought = soughtIn(query);
  if (sought === null) return null;
  const join = kind === 'sqlite' ? 'cross join' : 'join';
  const matches: (Part & { readonly along: Condition })[] = [textContains(sought, kind, join)];
  const add = (along: Condition, from = 'api_key k', where = along) =>
    matches.push({ from, where: [where], along });
  const members = `select user_id from membership where clerk_org_id = ? and name_search like ? escape '!'`;
  const own = [orgId, likePattern(sought)];
  add(
    [`k.service_account_id is null and ${ownerOf} in (${members})`, ...own],
    `membership f ${join} api_key k on ${ownerOf} = f.user_id`,
    [
      `f.clerk_org_id = ? and f.name_search like ? escape '!' and k.service_account_id is null`,
      ...own,
    ],
  );
  if (accountIds.length > 0) {
    const ids = accountIds.map(() => '?').join(', ');
    add([`k.service_account_id is not null and ${ownerOf} in (${ids})`, ...accountIds]);
  }
  const exact = query.trim().toLowerCase();
  add(['k.id = ?', exact.replace(/^key_.*/, (id) => `key_${id.slice(4).toUpperCase()}`)]);
  const bySecret = (sql: string, ...values: string[]) =>
    add(
      [`exists (select 1 from api_key_secret x where x.key_id = k.id and ${sql})`, ...values],
      `api_key_secret x ${join} api_key k on k.id = x.key_id`,
      [sql, ...values],
    );
  const parts = previewForm.exec(exact);
  if (parts !== null) {
    const [, first4 = '', last4 = ''] = parts;
    bySecret('lower(x.first4) = ? and lower(x.last4) = ?', first4, last4);
  } else if (/^[\w-]{4}$/.test(exact)) {
    bySecret('lower(x.first4) = ?', exact);
    bySecret('lower(x.last4) = ?', exact);
  }
  const along = matches.map((match) => match.along);
  const sql = along.map(([condition]) => `(${condition})`).join(' or ');
  return { parts: matches, along: [`(${sql})`, ...along.flatMap(([, ...values]) => values)] };
}

/** The pattern of a search text for `like … escape '!'`. */
function likePattern(sought: string): string {
  return `%${sought.replace(/[!%_]/g, '!$&')}%`;
}

function textContains(sought: string, kind: Database['kind'], join: string) {
  const pattern = likePattern(sought);
  const contains: Condition = ["s.text like ? escape '!'", pattern];
  // Not `exists`, for which PostgreSQL would first look for every key that contains it.
  const along: Condition = [
    "(select s.text from key_search s where s.key_id = k.id) like ? escape '!'",
    pattern,
  ];
  const key = `${join} api_key k on k.id = s.key_id`;
  // The index holds pieces of three characters; SQLite uses it only when asked. PostgreSQL uses it
  // by itself.
  if (kind === 'sqlite' && [...sought].length >= 3) {
    const phrase = `"${sought.replaceAll('"', '""')}"`;
    const matches: Condition = ['key_search_index match ?', phrase];
    const from = `key_search_index ${join} key_search s on s.n = key_search_index.rowid ${key}`;
    return { from, where: [matches, contains], along };
  }
  return { from: `key_search s ${key}`, where: [contains], along };
}
