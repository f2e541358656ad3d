import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/**
 * A key's last use. Separate from the key, which decisions read: a use must not invalidate cached
 * keys.
 */
export const KeyUse = defineEntity({
  name: 'KeyUse',
  tableName: 'key_use',
  properties: {
    keyId: p.string().primary(),
    lastUsedAt: p.datetime(3),
  },
});

export type KeyUse = InferEntity<typeof KeyUse>;
