import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** A key as a job is to write it; instants as ISO strings. */
export interface WaitingKey {
  readonly lookup: string;
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
  },
});

export type KeyImport = InferEntity<typeof KeyImport>;
