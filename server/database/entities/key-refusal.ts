import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** Attempts with a key that were refused for one reason from one address. */
export const KeyRefusal = defineEntity({
  name: 'KeyRefusal',
  tableName: 'key_refusal',
  indexes: [{ properties: ['lastAt'] }],
  properties: {
    keyId: p.string().primary(),
    reason: p.string().primary(),
    /** An IPv6 address as its /64 block; empty when it could not be told. */
    ipAddress: p.string().primary(),
    /** The last one. */
    userAgent: p.string().nullable(),
    count: p.bigint('number'),
    firstAt: p.datetime(3),
    lastAt: p.datetime(3),
  },
});

export type KeyRefusal = InferEntity<typeof KeyRefusal>;
