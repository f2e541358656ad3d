import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Organization } from './organization.ts';

/** A child of a parent org. Its id is never used again, so removal keeps the row. */
export const SubOrg = defineEntity({
  name: 'SubOrg',
  tableName: 'sub_org',
  indexes: [{ properties: ['orgId', 'id'] }],
  properties: {
    id: p.integer().primary().autoincrement(),
    orgId: () => p.manyToOne(Organization).mapToPk().fieldName('org_id').index(false),
    name: p.text(),
    /** The Clerk organization of its own, when it has one. */
    clerkId: p.string().nullable().unique(),
    /** The Clerk organization that it was last linked to, when it is linked no more. */
    formerClerkId: p.string().nullable(),
    /** Authenticates `clerkId` or `formerClerkId`: without a right one they give nothing. */
    linkMac: p.text().nullable(),
    archivedAt: p.datetime(3).nullable(),
    removedAt: p.datetime(3).nullable(),
    /** Clerk's time of the organization metadata behind it; see `Organization`. */
    asOf: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
});

export type SubOrg = InferEntity<typeof SubOrg>;
