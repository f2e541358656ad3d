import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** A Clerk organization that is, or may become, a customer of RepoRisk. */
export const Organization = defineEntity({
  name: 'Organization',
  tableName: 'organization',
  properties: {
    /** The Clerk organization id. */
    id: p.string().primary(),
    name: p.text(),
    /** 1, 2 or 3 for a parent org; null while the backend has set none. */
    tier: p.integer().nullable(),
    /** True when an operator set the tier: Clerk's metadata then cannot change it. */
    tierPinned: p.boolean().default(false),
    /** The tier in Clerk's metadata, kept while another is pinned. */
    clerkTier: p.integer().nullable(),
    isDemo: p.boolean().default(false),
    /** Clerk's time of this record; an older event never overwrites a newer one. */
    asOf: p.datetime(3),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    deletedAt: p.datetime(3).nullable(),
  },
});

export type Organization = InferEntity<typeof Organization>;
