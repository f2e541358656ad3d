import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { ApiKey } from './api-key.ts';

/** That a key's owner was told of its expiry, so many days before it. */
export const ApiKeyExpiryNotice = defineEntity({
  name: 'ApiKeyExpiryNotice',
  tableName: 'api_key_expiry_notice',
  properties: {
    keyId: () =>
      p
        .manyToOne(ApiKey)
        .primary()
        .mapToPk()
        .fieldName('key_id')
        .index(false)
        .deleteRule('cascade'),
    days: p.integer().primary(),
  },
});

export type ApiKeyExpiryNotice = InferEntity<typeof ApiKeyExpiryNotice>;
