import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** A key as a job is to write it; instants as ISO strings. */
export interface WaitingKey {
  /** The id that the key gets, so that a line is worth one key however often it is read. */
  readonly id: string;
  /** SHA-256 of the secret, encrypted: what it is found under is made when the key is written. */
  readonly hash: string;
  readonly label: string;
  readonly subOrgId: number | null;
  readonly preview: string | null;
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
}

/** A line that an import has still to write; gone with the transaction that writes its key. */
export const KeyImport = defineEntity({
  name: 'KeyImport',
  tableName: 'key_import',
  properties: {
    jobId: p.string().primary(),
    /** In the file, from 1. */
    line: p.integer().primary(),
    item: p.json<WaitingKey>(),
    /** Authenticates the line as one of its job's: without a right one no key is written. */
    mac: p.text().nullable(),
  },
});

export type KeyImport = InferEntity<typeof KeyImport>;
