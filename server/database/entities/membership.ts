import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/**
 * A user's role in a Clerk organization, parent or not. A membership that ended stays as a
 * tombstone, so that an older session token cannot bring it back.
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
    /** What Clerk calls the user. */
    name: p.text().nullable(),
    /** The name as `searchText` has it. */
    nameSearch: p.text().nullable(),
    /** The token's or webhook's time of what is recorded here. */
    asOf: p.datetime(3),
  },
});

export type Membership = InferEntity<typeof Membership>;
