import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Organization } from './organization.ts';

/** The identity of a system with a role in its organization. */
export const ServiceAccount = defineEntity({
  name: 'ServiceAccount',
  tableName: 'service_account',
  uniques: [{ properties: ['orgId', 'slug'] }],
  properties: {
    /** `sa_` and a ULID. */
    id: p.string().primary(),
    orgId: () => p.manyToOne(Organization).mapToPk().fieldName('org_id').index(false),
    name: p.text(),
    slug: p.string(),
    description: p.text().nullable(),
    role: p.enum(['viewer', 'engineer', 'admin'] as const),
    /** Authenticates `role`: without a valid MAC the account has no role. */
    roleMac: p.text().nullable(),
    isActive: p.boolean().default(true),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

export type ServiceAccount = InferEntity<typeof ServiceAccount>;
