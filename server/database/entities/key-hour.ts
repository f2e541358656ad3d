import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** The outcomes of calls in the hourly counts. */
export const outcomes = [
  'success',
  'forbidden',
  'rate_limited',
  'client_error',
  'server_error',
] as const;

export type CallOutcome = (typeof outcomes)[number];

/** The number of a key's calls with one outcome in one hour. */
export const KeyHour = defineEntity({
  name: 'KeyHour',
  tableName: 'key_hour',
  indexes: [{ properties: ['hour'] }],
  properties: {
    keyId: p.string().primary(),
    /** The start of the hour. */
    hour: p.datetime(3).primary(),
    outcome: p.enum(outcomes).primary(),
    count: p.integer(),
  },
});

export type KeyHour = InferEntity<typeof KeyHour>;
