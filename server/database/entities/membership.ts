import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/**
 * A user's role in a Clerk organization, parent or not. An ended membership stays as a tombstone:
 * an older session token cannot restore it.
 */
export const Membership = defineEntity({
  name: 'Membership',
  tableName: 'membership',
  indexes: [{ properties: ['userId'] }],
  properties: {
    clerkOrgId: p.string().primary(),
    userId: p.string().primary(),
    role: p.enum(['admin', 'member'] as const),
    active: p.boolean(),
    /** The user's name at Clerk. */
    name: p.text().nullable(),
    /** The name in the form of `searchText`. */
    nameSearch: p.text().nullable(),
    /** The time of the token or webhook that this row comes from. */
    asOf: p.datetime(3),
  },
});

export type Membership = InferEntity<typeof Membership>;
