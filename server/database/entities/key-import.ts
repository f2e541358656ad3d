import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** A key that a job is to write; instants as ISO strings. */
export interface WaitingKey {
  /** The future key's id: a line that is read several times still makes one key. */
  readonly id: string;
  /** SHA-256 of the secret, encrypted; the lookup value is computed when the key is written. */
  readonly hash: string;
  readonly label: string;
  readonly subOrgId: number | null;
  readonly preview: string | null;
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
}

/** A line that an import has still to write; deleted by the transaction that writes its key. */
export const KeyImport = defineEntity({
  name: 'KeyImport',
  tableName: 'key_import',
  properties: {
    jobId: p.string().primary(),
    /** The line's number in the file, from 1. */
    line: p.integer().primary(),
    item: p.json<WaitingKey>(),
    /** Authenticates the line as part of its job: without a valid MAC no key is written. */
    mac: p.text().nullable(),
  },
});

export type KeyImport = InferEntity<typeof KeyImport>;
