import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/**
 * How many keys of an organization and environment are not revoked and expire after a time, if ever.
 * Triggers keep it, whatever writes keys; on PostgreSQL what has changed since stands beside it, in
 * `live_key_change`. A key that expires goes on being counted until the time is moved, which is done
 * where the limit is judged.
 */
export const LiveKeyCount = defineEntity({
  name: 'LiveKeyCount',
  tableName: 'live_key_count',
  properties: {
    orgId: p.string().primary(),
    environment: p.string().primary(),
    keys: p.integer(),
    /** Keys that expired until then are not counted. */
    asOf: p.datetime(3),
  },
});

export type LiveKeyCount = InferEntity<typeof LiveKeyCount>;
