import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Extension } from './extension.ts';
import { Organization } from './organization.ts';
import { Repo } from './repo.ts';
import { SubOrg } from './sub-org.ts';

export const jobStatuses = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export const jobTypes = [
  'repo_analysis',
  'extension_analysis',
  'key_import',
  'usage_prune',
] as const;

/** A task that runs in the background and is polled. */
export const Job = defineEntity({
  name: 'Job',
  tableName: 'job',
  indexes: [{ properties: ['orgId', 'id'] }, { properties: ['repoId', 'id'] }],
  properties: {
    environment: p.enum(['live', 'test'] as const).default('live'),
    /** `job_` and a ULID. */
    id: p.string().primary(),
    /** Null for what the installation does for itself. */
    orgId: () =>
      p
        .manyToOne(Organization)
        .mapToPk()
        .fieldName('org_id')
        .nullable()
        .index(false)
        .deleteRule('restrict'),
    subOrgId: () =>
      p
        .manyToOne(SubOrg)
        .mapToPk()
        .fieldName('sub_org_id')
        .nullable()
        .index(false)
        .deleteRule('restrict'),
    repoId: () =>
      p
        .manyToOne(Repo)
        .mapToPk()
        .fieldName('repo_id')
        .nullable()
        .index(false)
        .deleteRule('restrict'),
    extensionId: () =>
      p
        .manyToOne(Extension)
        .mapToPk()
        .fieldName('extension_id')
        .nullable()
        .index(false)
        .deleteRule('restrict'),
    type: p.enum(jobTypes),
    status: p.enum(jobStatuses),
    progress: p.integer().default(0),
    total: p.integer().nullable(),
    /** User id, service account id or key id of who asked for it. */
    createdBy: p.string().nullable(),
    /** What it was asked for, where that is no record of its own. */
    input: p.json<Record<string, unknown>>().nullable(),
    result: p.json<Record<string, unknown>>().nullable(),
    errorMessage: p.text().nullable(),
    /** Authenticates what is to be done for whom: without a right one it is not done. */
    mac: p.text().nullable(),
    startedAt: p.datetime(3).nullable(),
    completedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

export type Job = InferEntity<typeof Job>;
