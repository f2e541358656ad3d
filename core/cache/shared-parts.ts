import type { KeyRecord } from '../store/key-store.ts';

/** How many different parts of each kind are remembered for sharing before the memory starts anew. */
const poolSize = 10_000;

/** Estimated bytes of what is not text: the record and its boxed times. */
const recordBytes = 176;
const partBytes = 48;

const wide = /[\u0100-\uffff]/;

/** Bytes of a text: a character outside Latin-1, such as a preview's dots, makes all of them wide. */
function textBytes(text: string): number {
  return 20 + text.length * (wide.test(text) ? 2 : 1);
}

function listBytes(list: readonly string[]): number {
  return list.reduce((sum, text) => sum + textBytes(text) + 8, partBytes);
}

function keyOf(list: readonly string[]): string {
  return list.join(' ');
}

/** Compares every field there is, so that one added later is not overlooked. */
function alike<Part extends object>(a: Part, b: Part): boolean {
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}

/** A text is a rope while it is only put together; reading it makes it one piece, and the rest garbage. */
function inOnePiece(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** Of equal words, as a database gives them anew with each row, the first. */
function shareWord<Word extends string>(known: Map<Word, Word>, word: Word): Word {
  const first = known.get(word);
  if (first === undefined) known.set(word, word);
  return first ?? word;
}

/** Remembers parts by name and hands out the one already there when it is the same in content. */
class Pool<Name, Part extends object> {
  readonly #parts = new Map<Name, Part>();

  share(name: Name, part: Part): Part {
    const known = this.#parts.get(name);
    if (known !== undefined && alike(known, part)) return known;
    if (this.#parts.size >= poolSize) this.#parts.clear();
    this.#parts.set(name, part);
    return part;
  }

  clear(): void {
    this.#parts.clear();
  }
}

/**
 * Makes records share what is equal in them: a thousand keys of one organization hold one
 * organization, not a thousand. It is most of a record's memory.
 */
export class SharedParts {
  readonly #dialects = new Map<KeyRecord['dialect'], KeyRecord['dialect']>();
  readonly #environments = new Map<KeyRecord['environment'], KeyRecord['environment']>();
  readonly #organizations = new Pool<string, KeyRecord['organization']>();
  readonly #subOrgs = new Pool<number, NonNullable<KeyRecord['subOrg']>>();
  readonly #owners = new Pool<string, KeyRecord['owner']>();
  readonly #lists = new Pool<string, readonly string[]>();
  readonly #limits = new Pool<string, NonNullable<KeyRecord['rateLimit']>>();

  /**
   * Copies a record, its parts shared.
   *
   * @param key - the record.
   * @returns an equal record, and the estimated bytes that it adds to those shared before.
   */
  share(key: KeyRecord): { readonly key: KeyRecord; readonly bytes: number } {
    const { subOrg, scopes, ipAllowList, rateLimit } = key;
    const shared: KeyRecord = {
      ...key,
      dialect: shareWord(this.#dialects, key.dialect),
      environment: shareWord(this.#environments, key.environment),
      label: inOnePiece(key.label),
      preview: inOnePiece(key.preview),
      organization: this.#organizations.share(key.organization.id, key.organization),
      owner: this.#owners.share(key.owner.id, key.owner),
      subOrg: subOrg && this.#subOrgs.share(subOrg.id, subOrg),
      scopes: scopes && this.#lists.share(keyOf(scopes), scopes),
      ipAllowList: ipAllowList && this.#lists.share(keyOf(ipAllowList), ipAllowList),
      rateLimit:
        rateLimit && this.#limits.share(`${rateLimit.limit}/${rateLimit.windowSeconds}`, rateLimit),
    };
    // A part that is not another's already is this record's own to pay for.
    let bytes = recordBytes + textBytes(key.id) + textBytes(key.label) + textBytes(key.preview);
    if (shared.organization === key.organization) {
      bytes += partBytes + textBytes(key.organization.id) + textBytes(key.organization.name);
    }
    if (shared.owner === key.owner) bytes += partBytes + textBytes(key.owner.id);
    if (shared.subOrg === subOrg) bytes += partBytes;
    if (scopes !== null && shared.scopes === scopes) bytes += listBytes(scopes);
    if (ipAllowList !== null && shared.ipAllowList === ipAllowList) bytes += listBytes(ipAllowList);
    return { key: shared, bytes };
  }

  /** Forgets all parts; records that share them keep them. */
  clear(): void {
    for (const pool of [this.#organizations, this.#subOrgs, this.#owners]) pool.clear();
    for (const pool of [this.#lists, this.#limits]) pool.clear();
  }
}
