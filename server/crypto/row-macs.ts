import { hkdfSync } from 'node:crypto';
import { constantTimeEqual, type Mac, pepperedScheme } from '../../core/mod.ts';
import type { ChangingKey } from './keyring.ts';
import { nodeHashing } from './node-hashing.ts';

/** The fields that a row's MAC covers, by the kind of row: those that grant something, in order. */
interface Authenticated {
  /** Members of the Clerk organization act in the sub-org. */
  readonly 'sub-org-link': readonly [id: number, orgId: string, clerkId: string];
  /** The sub-org may be linked to the Clerk organization again. */
  readonly 'former-sub-org-link': readonly [id: number, orgId: string, clerkId: string];
  /** Keys of the account act with its role. */
  readonly 'service-account': readonly [id: string, orgId: string, role: string];
  /** A worker does the job on behalf of its organization. */
  readonly job: readonly [
    ...[id: string, type: string, orgId: string | null, subOrgId: number | null],
    ...[repoId: number | null, extensionId: number | null, createdBy: string | null],
    input: string,
    ...environment: [] | ['test'],
  ];
  /** A job writes the key. */
  readonly 'key-import': readonly [jobId: string, line: number, item: string];
  /** The server signs the payload and sends it. */
  readonly delivery: readonly [
    ...[id: string, orgId: string, webhookId: string],
    ...[eventId: string, type: string, keyId: string, payload: string],
  ];
  /** Scans of the organization use the key. */
  readonly 'anthropic-key': readonly [
    ...[orgId: string, version: string, secret: string, setBy: string],
  ];
  /** The server repeats the answer. */
  readonly 'idempotent-answer': readonly [
    ...[id: string, orgId: string, request: string, answer: string, createdAt: number],
  ];
}

export type RowKind = keyof Authenticated;

/** A row that grants something and was not written by the server. */
export interface ForgedRow {
  readonly kind: RowKind;
  readonly id: string;
  /** The organization that would get the grant; null for the installation. */
  readonly orgId: string | null;
}

/**
 * Authenticates rows that grant something or that make the server act. Write access to the database
 * without the secret can take away with such rows, and grant nothing.
 */
export interface RowMacs {
  /**
   * The MAC of a row that the server writes.
   *
   * @returns the secret's name (see `Keyring`), a dot and 64 hexadecimal characters.
   */
  make<Kind extends RowKind>(kind: Kind, fields: Authenticated[Kind]): string;

  /**
   * Whether a row is as the server wrote it. A forged row is reported, and must grant nothing.
   *
   * @param mac - as stored; null in a row that has none.
   * @param orgId - the organization that would get the grant, for the report.
   */
  verify<Kind extends RowKind>(
    kind: Kind,
    fields: Authenticated[Kind],
    mac: string | null | undefined,
    orgId: string | null,
  ): boolean;

  /**
   * The MAC of a row under the secret in use.
   *
   * @returns null for a row that is not as the server wrote it, which is reported.
   */
  remake(
    kind: RowKind,
    fields: readonly unknown[],
    mac: string | null,
    orgId: string | null,
  ): string | null;
}

/**
 * Makes the MACs: HMAC-SHA-256 over the kind and its fields.
 *
 * @param pepper - no other key is needed: a service that only verifies keys must check roles too.
 * @param onForged - called for each row that is not as the server wrote it.
 */
export function createRowMacs(pepper: ChangingKey, onForged: (row: ForgedRow) => void): RowMacs {
  const keys = new Map(pepper.accepted.map((each) => [each, rowKey(each)]));
  const all = [...keys.values()];
  const current = () => keys.get(pepper.current()) ?? rowKey(pepper.current());
  function verify(
    kind: RowKind,
    fields: readonly unknown[],
    mac: string | null | undefined,
    orgId: string | null,
  ): boolean {
    const isOurs =
      typeof mac === 'string' &&
      all.some(
        (key) => mac.startsWith(key.prefix) && constantTimeEqual(macOf(key, kind, fields), mac),
      );
    if (!isOurs) onForged({ kind, id: String(fields[0]), orgId });
    return isOurs;
  }

  return {
    make: (kind, fields) => macOf(current(), kind, fields),
    verify,
    remake: (kind, fields, mac, orgId) =>
      verify(kind, fields, mac, orgId) ? macOf(current(), kind, fields) : null,
  };
}

interface RowKey {
  /** The first characters of MACs under the key. */
  readonly prefix: string;
  readonly mac: Mac;
}

/** Never change the label: every MAC would change. */
function rowKey(pepper: Uint8Array): RowKey {
  const mac = nodeHashing.hmacSha256(
    new Uint8Array(hkdfSync('sha256', pepper, '', 'reporisk row mac v1', 32)),
  );
  return { prefix: `${pepperedScheme(pepper, nodeHashing).id}.`, mac };
}

/** JSON keeps the fields apart, and texts from numbers. */
function macOf({ prefix, mac }: RowKey, kind: RowKind, fields: readonly unknown[]): string {
  return prefix + mac(JSON.stringify([kind, ...fields]), 'utf8');
}
