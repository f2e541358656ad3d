import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** Refused attempts with a key, for one reason, from one address. */
export const KeyRefusal = defineEntity({
  name: 'KeyRefusal',
  tableName: 'key_refusal',
  indexes: [{ properties: ['lastAt'] }],
  properties: {
    keyId: p.string().primary(),
    reason: p.string().primary(),
    /** An IPv6 address as its /64 block; empty when unknown. */
    ipAddress: p.string().primary(),
    /** The last attempt's user agent. */
    userAgent: p.string().nullable(),
    count: p.bigint('number'),
    firstAt: p.datetime(3),
    lastAt: p.datetime(3),
  },
});

export type KeyRefusal = InferEntity<typeof KeyRefusal>;
