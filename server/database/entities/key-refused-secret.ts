import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** The last attempt with a secret that is dead, and when its organization was told of one. */
export const KeyRefusedSecret = defineEntity({
  name: 'KeyRefusedSecret',
  tableName: 'key_refused_secret',
  indexes: [{ properties: ['toldAt'] }, { properties: ['lastAt'] }],
  properties: {
    keyId: p.string().primary(),
    /** Which secret of the key. */
    preview: p.string().primary(),
    reason: p.string(),
    ipAddress: p.string(),
    userAgent: p.string().nullable(),
    lastAt: p.datetime(3),
    toldAt: p.datetime(3).nullable(),
  },
});

export type KeyRefusedSecret = InferEntity<typeof KeyRefusedSecret>;
