import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** The places where the retiring secret of a rotation is still used. */
export const KeyRetiringUse = defineEntity({
  name: 'KeyRetiringUse',
  tableName: 'key_retiring_use',
  properties: {
    keyId: p.string().primary(),
    /** The end of the grace, which identifies the rotation. */
    retiresAt: p.datetime(3).primary(),
    /** Empty when unknown; the same holds for the user agent. */
    ipAddress: p.string().primary(),
    userAgent: p.string().primary(),
    calls: p.integer(),
    lastUsedAt: p.datetime(3),
  },
});

export type KeyRetiringUse = InferEntity<typeof KeyRetiringUse>;
