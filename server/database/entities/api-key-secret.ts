import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { ApiKey } from './api-key.ts';

/** One secret of a key, by its lookup value: never the secret itself. */
export const ApiKeySecret = defineEntity({
  name: 'ApiKeySecret',
  tableName: 'api_key_secret',
  indexes: [
    { properties: ['keyId'] },
    { properties: ['scheme'] },
    { properties: ['legacy'] },
    {
      name: 'api_key_secret_first4_index',
      expression: 'create index api_key_secret_first4_index on api_key_secret (lower(first4))',
    },
    {
      name: 'api_key_secret_last4_index',
      expression: 'create index api_key_secret_last4_index on api_key_secret (lower(last4))',
    },
  ],
  properties: {
    /** HMAC-SHA-256(pepper, SHA-256(key)), hexadecimal. */
    lookup: p.string().primary(),
    keyId: () => p.manyToOne(ApiKey).mapToPk().fieldName('key_id').index(false),
    /** The pepper of lookup value and seal. */
    scheme: p.string(),
    /** HMAC over key id, organization id and lookup value. */
    seal: p.string(),
    prefix: p.string(),
    first4: p.string(),
    last4: p.string(),
    /** Of a `repurai` key, whose published suffix has six characters. */
    last6: p.text().nullable(),
    /** True for an imported secret, which has no checksum. */
    legacy: p.boolean().default(false),
    /** Null for the current secret; the end of the grace for a replaced one. */
    retiresAt: p.datetime(3).nullable(),
    /**
     * The time of an ending by a change. Any value is the end, on every process immediately; the
     * time itself is only for display, because each process's clock would judge it differently.
     */
    retiredAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
});

export type ApiKeySecret = InferEntity<typeof ApiKeySecret>;
