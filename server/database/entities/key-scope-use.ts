import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** When a key last used a scope, for the hint which of its scopes it does not need. */
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
