import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** The last use of a scope by a key, for the hint about unneeded scopes. */
export const KeyScopeUse = defineEntity({
  name: 'KeyScopeUse',
  tableName: 'key_scope_use',
  properties: {
    keyId: p.string().primary(),
    scope: p.string().primary(),
    lastUsedAt: p.datetime(3),
  },
});

export type KeyScopeUse = InferEntity<typeof KeyScopeUse>;
