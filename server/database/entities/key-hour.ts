import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** What calls come to, as they are counted by the hour. */
export const outcomes = [
  'success',
  'forbidden',
  'rate_limited',
  'client_error',
  'server_error',
] as const;

export type CallOutcome = (typeof outcomes)[number];

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
