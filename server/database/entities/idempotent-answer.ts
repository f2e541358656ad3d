import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/**
 * The response to a submission with an `Idempotency-Key`. For a day, the same request gets the same
 * response. A row without a valid MAC is never used.
 */
export const IdempotentAnswer = defineEntity({
  name: 'IdempotentAnswer',
  tableName: 'idempotent_answer',
  indexes: [{ properties: ['createdAt'] }],
  properties: {
    /** Digest of the organization, environment, caller, path and key: SHA-256, hexadecimal. */
    id: p.string().primary(),
    /** No foreign key: an answer never outlives its organization's rows. */
    orgId: p.string(),
    /** Digest of the request's content: SHA-256, hexadecimal. */
    request: p.string(),
    /** The response's body. */
    answer: p.text(),
    createdAt: p.datetime(3),
    mac: p.text(),
  },
});

export type IdempotentAnswer = InferEntity<typeof IdempotentAnswer>;
