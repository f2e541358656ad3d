import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** Calls of a key on one day (UTC) from one address with one agent. */
export const KeyClientUse = defineEntity({
  name: 'KeyClientUse',
  tableName: 'key_client_use',
  indexes: [{ properties: ['day'] }],
  properties: {
    keyId: p.string().primary(),
    /** The start of the day. */
    day: p.datetime(3).primary(),
    /** Empty when unknown; the same holds for the user agent. */
    ipAddress: p.string().primary(),
    userAgent: p.string().primary(),
    calls: p.bigint('number'),
    lastUsedAt: p.datetime(3),
  },
});

export type KeyClientUse = InferEntity<typeof KeyClientUse>;
