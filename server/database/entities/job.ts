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

/** A background job, whose record clients poll. */
export const Job = defineEntity({
  name: 'Job',
  tableName: 'job',
  indexes: [
    { properties: ['orgId', 'id'] },
    { properties: ['repoId', 'id'] },
    { properties: ['extensionId', 'id'] },
  ],
  properties: {
    environment: p.enum(['live', 'test'] as const).default('live'),
    /** `job_` and a ULID. */
    id: p.string().primary(),
    /** Null for a job of the installation itself. */
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
    /** User id, service account id or key id of the requester. */
    createdBy: p.string().nullable(),
    /** The job's input, where it is not a separate record. */
    input: p.json<Record<string, unknown>>().nullable(),
    result: p.json<Record<string, unknown>>().nullable(),
    errorMessage: p.text().nullable(),
    /** Set on scans that failed for the organization's Anthropic key. */
    failedFor: p.enum(['anthropic_key'] as const).nullable(),
    /**
     * Authenticates the job's content and organization: without a valid MAC the job is not done.
     */
    mac: p.text().nullable(),
    startedAt: p.datetime(3).nullable(),
    completedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

export type Job = InferEntity<typeof Job>;
