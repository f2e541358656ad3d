import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Organization } from './organization.ts';
import { SubOrg } from './sub-org.ts';

/** The stages of a repository or extension on the way to its report. */
export const assetStatuses = ['queued', 'running', 'completed', 'failed'] as const;

/** The risk found by a completed analysis. */
export const riskLevels = ['low', 'medium', 'high', 'critical'] as const;

/** A repository submitted for analysis. */
export const Repo = defineEntity({
  name: 'Repo',
  tableName: 'repo',
  indexes: [
    { properties: ['orgId', 'id'] },
    { properties: ['subOrgId', 'id'] },
    { properties: ['orgId', 'identity'] },
  ],
  properties: {
    environment: p.enum(['live', 'test'] as const).default('live'),
    id: p.integer().primary().autoincrement(),
    orgId: () => p.manyToOne(Organization).mapToPk().fieldName('org_id').index(false),
    subOrgId: () =>
      p
        .manyToOne(SubOrg)
        .mapToPk()
        .fieldName('sub_org_id')
        .nullable()
        .index(false)
        .deleteRule('restrict'),
    url: p.text(),
    /** Equal for addresses of the same repository: see `submitted-url.ts`. */
    identity: p.string().nullable(),
    name: p.text(),
    status: p.enum(assetStatuses),
    riskLevel: p.enum(riskLevels).nullable(),
    riskScore: p.integer().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

export type Repo = InferEntity<typeof Repo>;
