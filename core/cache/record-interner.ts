import type { KeyRecord } from '../store/key-store.ts';

/** A part of records that several of them hold. */
interface Shared {
  readonly part: object;
  readonly bytes: number;
  /** How many records hold it. */
  users: number;
}

/** Estimated overhead in bytes: of an object or list, of each of its fields, of a shared part. */
const objectBytes = 48;
const fieldBytes = 8;
const sharedBytes = 200;

/** Estimated bytes that `addressAllowed` keeps for a parsed list. */
const parsedListBytes = 400;
const parsedBlockBytes = 20;

const wide = /[\u0100-\uffff]/;

/** A character outside Latin-1, such as a preview's dots, makes all characters of a text wide. */
function textBytes(text: string): number {
  return 24 + text.length * (wide.test(text) ? 2 : 1);
}

/** Bytes of any value made of texts, numbers, lists and objects, whatever its fields are. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  // A small integer stands in the field itself.
  if (typeof value === 'number') return (value | 0) === value ? 0 : 16;
  if (typeof value !== 'object' || value === null) return 0;
  const fields = Object.values(value);
  return fields.reduce((sum, field) => sum + fieldBytes + bytesOf(field), objectBytes);
}

/** Bytes of a record without its parts. */
function ownBytes(key: KeyRecord): number {
  return bytesOf(Object.values(key).map((field) => (typeof field === 'object' ? null : field)));
}

/**
 * Interns the equal parts of cached records: a thousand keys of one organization hold one
 * organization, not a thousand. A part is kept, and counted, for as long as a record holds it.
 */
export class RecordInterner {
  readonly #shared = new Map<string, Shared>();
  #bytes = 0;

  /** The estimated bytes of all parts. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Copies a record with its parts shared. Each copy needs one `release`.
   *
   * @param key - the record.
   * @returns an equal record, frozen, and its estimated bytes without its parts. Its texts are
   * copies too: a text cut out of a larger one would keep that one alive.
   */
  intern(key: KeyRecord): { readonly key: KeyRecord; readonly bytes: number } {
    const [id = '', label = '', preview = '', project = '']: string[] = JSON.parse(
      JSON.stringify([key.id, key.label, key.preview, key.projectId ?? '']),
    );
    const interned: KeyRecord = Object.freeze({
      id,
      dialect: key.dialect,
      environment: key.environment,
      label,
      preview,
      organization: this.#share('organization', key.organization),
      subOrg: key.subOrg && this.#share('subOrg', key.subOrg),
      owner: this.#share('owner', key.owner),
      projectId: key.projectId === null ? null : project,
      scopes: key.scopes && this.#share('scopes', key.scopes),
      ipAllowList: key.ipAllowList && this.#share('ipAllowList', key.ipAllowList),
      rateLimit: key.rateLimit && this.#share('rateLimit', key.rateLimit),
      disabled: key.disabled,
      expiresAt: key.expiresAt,
      revokedAt: key.revokedAt,
      secretExpiresAt: key.secretExpiresAt,
    });
    return { key: interned, bytes: ownBytes(interned) };
  }

  /**
   * Releases a record's parts; a part that no other record holds is dropped.
   *
   * @param key - a record from `intern`, released once only.
   */
  release(key: KeyRecord): void {
    for (const [field, part] of Object.entries(key)) {
      if (typeof part === 'object' && part !== null) this.#release(nameOf(field, part));
    }
  }

  /** Drops all parts. */
  clear(): void {
    this.#shared.clear();
    this.#bytes = 0;
  }

  #share<Part extends object>(field: keyof KeyRecord, part: Part): Part {
    const name = nameOf(field, part);
    const known = this.#shared.get(name);
    if (known !== undefined) {
      known.users += 1;
      // The name begins with the field, so the part is of the same type.
      return known.part as Part;
    }
    const copy: Part = Object.freeze(JSON.parse(name.slice(field.length)));
    const bytes = sharedBytes + textBytes(name) + bytesOf(copy) + parsedBytes(field, copy);
    this.#shared.set(name, { part: copy, bytes, users: 1 });
    this.#bytes += bytes;
    return copy;
  }

  #release(name: string): void {
    const known = this.#shared.get(name);
    if (known === undefined) return;
    known.users -= 1;
    if (known.users > 0) return;
    this.#shared.delete(name);
    this.#bytes -= known.bytes;
  }
}

/** Equal parts have equal names: the fields of a record that was read are always in the same order. */
function nameOf(field: string, part: object): string {
  return field + JSON.stringify(part);
}

function parsedBytes(field: keyof KeyRecord, part: object): number {
  if (field !== 'ipAllowList' || !Array.isArray(part)) return 0;
  return parsedListBytes + part.length * parsedBlockBytes;
}
