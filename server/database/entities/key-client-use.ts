import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** Calls of a key on one day (UTC) from one address with one agent. */
export const KeyClientUse = defineEntity({
  name: 'KeyClientUse',
  tableName: 'key_client_use',
  indexes: [{ properties: ['day'] }],
  properties: {
    keyId: p.string().primary(),
    /** The day's beginning. */
    day: p.datetime(3).primary(),
    /** Empty when it could not be told; so too the user agent. */
    ipAddress: p.string().primary(),
    userAgent: p.string().primary(),
    calls: p.bigint('number'),
    lastUsedAt: p.datetime(3),
  },
});

export type KeyClientUse = InferEntity<typeof KeyClientUse>;
