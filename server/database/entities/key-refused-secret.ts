import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** The last attempt with a dead secret, and the time of the last notice to its organization. */
export const KeyRefusedSecret = defineEntity({
  name: 'KeyRefusedSecret',
  tableName: 'key_refused_secret',
  indexes: [{ properties: ['toldAt'] }, { properties: ['lastAt'] }],
  properties: {
    keyId: p.string().primary(),
    /** The secret, among those of the key. */
    preview: p.string().primary(),
    reason: p.string(),
    ipAddress: p.string(),
    userAgent: p.string().nullable(),
    lastAt: p.datetime(3),
    toldAt: p.datetime(3).nullable(),
  },
});

export type KeyRefusedSecret = InferEntity<typeof KeyRefusedSecret>;
