import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** From where the retiring secret of a rotation is still used. */
export const KeyRetiringUse = defineEntity({
  name: 'KeyRetiringUse',
  tableName: 'key_retiring_use',
  properties: {
    keyId: p.string().primary(),
    /** The end of the grace, which tells one rotation from the next. */
    retiresAt: p.datetime(3).primary(),
    /** Empty when it could not be told; so too the user agent. */
    ipAddress: p.string().primary(),
    userAgent: p.string().primary(),
    calls: p.integer(),
    lastUsedAt: p.datetime(3),
  },
});

export type KeyRetiringUse = InferEntity<typeof KeyRetiringUse>;
