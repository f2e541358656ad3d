import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/**
 * When a key was last used. Kept apart from the key, which decisions read: a use must not
 * invalidate what is cached of it.
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
