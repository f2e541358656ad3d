import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { ApiKey } from './api-key.ts';

/** A notice to a key's owner a given number of days before the key's expiry. */
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
