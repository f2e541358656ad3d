import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Dialect } from '../../../core/mod.ts';
import { Organization } from './organization.ts';
import { ServiceAccount } from './service-account.ts';
import { SubOrg } from './sub-org.ts';

/** A named credential of one organization. It keeps its id for life; secrets come and go. */
export const ApiKey = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  indexes: [
    { properties: ['orgId', 'id'] },
    { properties: ['subOrgId'] },
    { properties: ['expiresAt'] },
    {
      name: 'api_key_by_lineage',
      expression:
        'create index api_key_by_lineage on api_key (lineage) where revoked_at is null and lineage is not null',
    },
  ],
  properties: {
    /** `key_` and a ULID. */
    id: p.string().primary(),
    dialect: p.string().$type<Dialect>(),
    environment: p.enum(['live', 'test'] as const),
    orgId: () => p.manyToOne(Organization).mapToPk().fieldName('org_id').index(false),
    subOrgId: () =>
      p
        .manyToOne(SubOrg)
        .mapToPk()
        .fieldName('sub_org_id')
        .nullable()
        .index(false)
        .deleteRule('restrict'),
    /**
     * The keys that a `repurai` key descends from: their ids, the first one's first, each with a slash
     * behind it. Null for a key that no key made.
     */
    lineage: p.text().nullable(),
    /** The one project that a `platform` key is held to. */
    projectId: p.text().nullable(),
    label: p.text(),
    description: p.text().nullable(),
    /** Null means every scope, an empty list none. */
    scopes: p.json<string[]>().nullable(),
    /** CIDR blocks; null means any address. */
    ipAllowList: p.json<string[]>().nullable(),
    rateLimit: p.json<{ limit: number; windowSeconds: number }>().nullable(),
    disabled: p.boolean().default(false),
    expiresAt: p.datetime(3).nullable(),
    /** The member whose authority the key has; null for a service account's or an imported key. */
    createdBy: p.string().nullable(),
    serviceAccountId: () =>
      p
        .manyToOne(ServiceAccount)
        .mapToPk()
        .fieldName('service_account_id')
        .nullable()
        .index(false)
        .deleteRule('restrict'),
    /** True for a key whose hash was imported: until its takeover, it has its org's authority. */
    imported: p.boolean().default(false),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    revokedAt: p.datetime(3).nullable(),
    revokedReason: p.text().nullable(),
  },
});

export type ApiKey = InferEntity<typeof ApiKey>;
