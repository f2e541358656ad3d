import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/**
 * What a submission with an `Idempotency-Key` was answered. The same request again is answered alike
 * for a day. A row that was not written by the server answers nothing.
 */
export const IdempotentAnswer = defineEntity({
  name: 'IdempotentAnswer',
  tableName: 'idempotent_answer',
  indexes: [{ properties: ['createdAt'] }],
  properties: {
    /** Digest of the organization, environment, caller, path and key: SHA-256, hexadecimal. */
    id: p.string().primary(),
    /** No reference: it outlives nothing that the organization has. */
    orgId: p.string(),
    /** Digest of what was sent: SHA-256, hexadecimal. */
    request: p.string(),
    /** The answer's body. */
    answer: p.text(),
    createdAt: p.datetime(3),
    mac: p.text(),
  },
});

export type IdempotentAnswer = InferEntity<typeof IdempotentAnswer>;
