import { searchText, soughtIn } from '../wire/search-text.ts';
import type { Database } from './database.ts';
import type { EntityManager } from './entity-manager.ts';

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

/** A part of a statement, with its parameters. */
export type Condition = [sql: string, ...parameters: (string | number | Date)[]];

const previewForm = /^(?:rrk_(?:live|test)_)?([\w-]{4})(?:•{1,4}|\.{3}|…)([\w-]{4})$/i;

/**
 * The search condition on a key `k`: its label or description, its preview or four characters of
 * it, its id, or its owner. Null for an empty query.
 *
 * @param owners - conditions on `k` for owners whose names match.
 */
export function foundBy(
  query: string,
  kind: Database['kind'],
  owners: readonly Condition[],
): Condition | null {
  const sought = soughtIn(query);
  if (sought === null) return null;
  const exact = query.trim().toLowerCase();
  const matches: Condition[] = [textContains(sought, kind), ...owners];
  matches.push(['k.id = ?', exact.replace(/^key_.*/, (id) => `key_${id.slice(4).toUpperCase()}`)]);
  const parts = previewForm.exec(exact);
  const ids = 'k.id in (select s.key_id from api_key_secret s where';
  if (parts !== null) {
    const [, first4 = '', last4 = ''] = parts;
    matches.push([`${ids} lower(s.first4) = ? and lower(s.last4) = ?)`, first4, last4]);
  } else if (/^[\w-]{4}$/.test(exact)) {
    matches.push([`${ids} lower(s.first4) = ?)`, exact], [`${ids} lower(s.last4) = ?)`, exact]);
  }
  const [sql, parameters] = [matches.map(([part]) => part), matches.flatMap(([, ...own]) => own)];
  return [`(${sql.join(' or ')})`, ...parameters];
}

/** The pattern of a search text for `like … escape '!'`. */
export function likePattern(sought: string): string {
  return `%${sought.replace(/[!%_]/g, '!$&')}%`;
}

function textContains(sought: string, kind: Database['kind']): Condition {
  const pattern = likePattern(sought);
  const contains = "s.text like ? escape '!'";
  const within = 'k.id in (select s.key_id from key_search s where';
  // The index holds pieces of three characters; SQLite uses it only when asked. PostgreSQL uses it
  // by itself.
  if (kind === 'sqlite' && [...sought].length >= 3) {
    const phrase = `"${sought.replaceAll('"', '""')}"`;
    const indexed = 's.n in (select rowid from key_search_index where key_search_index match ?)';
    return [`${within} ${indexed} and ${contains})`, phrase, pattern];
  }
  return [`${within} ${contains})`, pattern];
}
