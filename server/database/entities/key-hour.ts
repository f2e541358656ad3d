import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { outcomes } from '../../usage/key-call.ts';

/** How many calls of a key came to what in one hour. */
export const KeyHour = defineEntity({
  name: 'KeyHour',
  tableName: 'key_hour',
  indexes: [{ properties: ['hour'] }],
  properties: {
    keyId: p.string().primary(),
    /** The hour's beginning. */
    hour: p.datetime(3).primary(),
    outcome: p.enum(outcomes).primary(),
    count: p.integer(),
  },
});

export type KeyHour = InferEntity<typeof KeyHour>;
