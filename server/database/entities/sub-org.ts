import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Organization } from './organization.ts';

/** A child of a parent org. Its id is never reused, so removal keeps the row. */
export const SubOrg = defineEntity({
  name: 'SubOrg',
  tableName: 'sub_org',
  indexes: [{ properties: ['orgId', 'id'] }],
  properties: {
    id: p.integer().primary().autoincrement(),
    orgId: () => p.manyToOne(Organization).mapToPk().fieldName('org_id').index(false),
    name: p.text(),
    /** The sub-org's own Clerk organization, if any. */
    clerkId: p.string().nullable().unique(),
    /** The last linked Clerk organization of an unlinked sub-org. */
    formerClerkId: p.string().nullable(),
    /** Authenticates `clerkId` or `formerClerkId`: without a valid MAC they have no effect. */
    linkMac: p.text().nullable(),
    archivedAt: p.datetime(3).nullable(),
    removedAt: p.datetime(3).nullable(),
    /** Clerk's time of the organization metadata that this row comes from; see `Organization`. */
    asOf: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
});

export type SubOrg = InferEntity<typeof SubOrg>;
