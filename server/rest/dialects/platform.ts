import { z } from 'zod';
import { scopesOf } from '../../../core/mod.ts';
import { recordOf, type ShownKey } from '../../api-keys/key-record.ts';
import { jobStatuses } from '../../database/entities/job.ts';
import { createApiKey } from '../../operations/api-keys/create.ts';
import { getApiKey } from '../../operations/api-keys/get.ts';
import { listApiKeys } from '../../operations/api-keys/list.ts';
import { revokeApiKey } from '../../operations/api-keys/revoke.ts';
import { rotateApiKey } from '../../operations/api-keys/rotate.ts';
import { updateApiKey } from '../../operations/api-keys/update.ts';
import { apiKeyUsage } from '../../operations/api-keys/usage.ts';
import { getJob } from '../../operations/jobs/get.ts';
import { filterableTypes, listJobs } from '../../operations/jobs/list.ts';
import { createServiceAccount } from '../../operations/service-accounts/create.ts';
import { getServiceAccount } from '../../operations/service-accounts/get.ts';
import { listServiceAccounts } from '../../operations/service-accounts/list.ts';
import { accountRole } from '../../operations/service-accounts/service-account-record.ts';
import { updateServiceAccount } from '../../operations/service-accounts/update.ts';
import { description, integer, label, name, projectId, text } from '../../wire/fields.ts';
import { get, patch, post, type Route } from '../route.ts';
import { type AnswerContext, dialectForm } from './dialect-form.ts';
import { keyOf, keysOf, type Shape, shapes } from './platform-shapes.ts';
import { itemsPerCall } from './whole-list.ts';

const dialect = 'platform';
const organization = '/platform/organizations/:organization_id';
const keys = `${organization}/api-keys`;
const accounts = `${organization}/service-accounts`;
const jobs = `${organization}/jobs`;

const none = z.strictObject({});
const scopes = z.array(z.enum(scopesOf(dialect))).max(100);
const cursor = z.string().optional();

/** The document's names of the operations' members. */
const names = {
  label: 'name',
  expiresInDays: 'expires_in_days',
  projectId: 'project_id',
  isActive: 'is_active',
};

type Created = { readonly key: ShownKey; readonly rawKey: string };
const created = async ({ key, rawKey }: Created, context: AnswerContext) => ({
  key: await keyOf(key, context),
  raw_key: rawKey,
});

const accountOf = ({
  isActive: is_active,
  createdAt: created_at,
  updatedAt: updated_at,
  ...account
}: z.output<typeof getServiceAccount.output>): Shape<'account'> => {
  const { id, name, slug, description, role } = account;
  return { id, name, slug, description, role, is_active, created_at, updated_at };
};

const jobOf = (
  job: z.output<typeof listJobs.output>['items'][number],
  organizationId: string | null,
): Shape<'job'> => ({
  id: job.id,
  organization_id: job.organizationId ?? organizationId ?? '',
  project_id: job.projectId,
  type: job.type,
  status: job.status,
  progress: job.progress,
  total: job.total,
  created_by: job.createdBy,
  started_at: job.startedAt,
  completed_at: job.completedAt,
  error_message: job.errorMessage,
  created_at: job.createdAt,
  updated_at: job.updatedAt,
});

/** The `platform` dialect: sessions of an organization, which the path names. */
export const platformRoutes: readonly Route[] = [
  {
    ...post(keys, createApiKey, 201),
    form: dialectForm(createApiKey, {
      dialect,
      names,
      members: z.strictObject({
        name: label,
        description: description.nullish(),
        scopes,
        expires_in_days: integer(1, 3650).nullish(),
        project_id: projectId.nullish(),
      }),
      input: (given) => ({
        ...{ label: given.name, description: given.description, scopes: given.scopes, dialect },
        ...{ expiresInDays: given.expires_in_days, projectId: given.project_id },
      }),
      body: shapes.created,
      answer: created,
    }),
  },
  {
    ...get(keys, listApiKeys),
    form: dialectForm(listApiKeys, {
      dialect,
      members: z.strictObject({ cursor }),
      input: (members) => ({ ...members, limit: itemsPerCall }),
      body: z.array(shapes.key),
      answer: keysOf,
    }),
  },
  {
    ...get(`${keys}/:key_id`, getApiKey),
    form: dialectForm(getApiKey, {
      dialect,
      members: none,
      input: (_, { key_id: id }) => ({ id }),
      body: shapes.key,
      answer: keyOf,
    }),
  },
  {
    ...patch(`${keys}/:key_id`, updateApiKey),
    form: dialectForm(updateApiKey, {
      dialect,
      names,
      members: z.strictObject({
        name: label.optional(),
        description: description.nullish(),
        scopes: scopes.optional(),
      }),
      input: ({ name: label, ...given }, { key_id: id }) => ({ id, label, ...given }),
      body: shapes.key,
      answer: keyOf,
    }),
  },
  {
    ...post(`${keys}/:key_id/revoke`, revokeApiKey),
    form: dialectForm(revokeApiKey, {
      dialect,
      members: z.strictObject({ reason: text(0, 200).nullish() }),
      input: (given, { key_id: id }) => ({ id, ...given }),
      body: shapes.key,
      async answer(_, context) {
        const { database, now } = context.services;
        const id = String(context.input.id);
        return keyOf(await recordOf(database.rows, id, new Date(now())), context);
      },
    }),
  },
  {
    ...post(`${keys}/:key_id/rotate`, rotateApiKey),
    form: dialectForm(rotateApiKey, {
      dialect,
      members: none,
      input: (_, { key_id: id }) => ({ id }),
      body: shapes.created,
      answer: created,
    }),
  },
  {
    ...get(`${keys}/:key_id/usage`, apiKeyUsage),
    form: dialectForm(apiKeyUsage, {
      dialect,
      members: z.strictObject({ limit: integer(1, 1000).default(100) }),
      input: (members, { key_id: id }) => ({ id, ...members }),
      body: z.array(shapes.call),
      answer: ({ items }) =>
        items.map((call) => ({
          id: call.id,
          key_id: call.keyId,
          endpoint: call.endpoint,
          method: call.method,
          status_code: call.statusCode,
          duration_ms: call.durationMs,
          request_id: call.requestId,
          ip_address: call.ipAddress,
          user_agent: call.userAgent,
          created_at: call.createdAt,
        })),
    }),
  },

  {
    ...post(accounts, createServiceAccount, 201),
    form: dialectForm(createServiceAccount, {
      dialect,
      members: z.strictObject({
        name: name(100),
        description: description.nullish(),
        role: accountRole,
      }),
      input: (members) => members,
      body: shapes.account,
      answer: accountOf,
    }),
  },
  {
    ...get(accounts, listServiceAccounts),
    form: dialectForm(listServiceAccounts, {
      dialect,
      members: z.strictObject({ cursor }),
      input: (members) => ({ ...members, limit: itemsPerCall }),
      body: z.array(shapes.account),
      answer: (items) => items.map(accountOf),
    }),
  },
  {
    ...get(`${accounts}/:sa_id`, getServiceAccount),
    form: dialectForm(getServiceAccount, {
      dialect,
      members: none,
      input: (_, { sa_id: id }) => ({ id }),
      body: shapes.account,
      answer: accountOf,
    }),
  },
  {
    ...patch(`${accounts}/:sa_id`, updateServiceAccount),
    form: dialectForm(updateServiceAccount, {
      dialect,
      names,
      members: z.strictObject({
        name: name(100).optional(),
        description: description.nullish(),
        role: accountRole.optional(),
        is_active: z.boolean().optional(),
      }),
      input: ({ is_active: isActive, ...given }, { sa_id: id }) => ({ id, isActive, ...given }),
      body: shapes.account,
      answer: accountOf,
    }),
  },

  {
    ...get(jobs, listJobs),
    form: dialectForm(listJobs, {
      dialect,
      members: z.strictObject({
        type: z.enum(filterableTypes).optional(),
        status: z.enum(jobStatuses).optional(),
        cursor,
      }),
      input: (members) => ({ ...members, limit: itemsPerCall }),
      body: z.array(shapes.job),
      answer: (items, { entrance }) => items.map((job) => jobOf(job, entrance.organizationId)),
    }),
  },
  {
    ...get(`${jobs}/:job_id`, getJob),
    form: dialectForm(getJob, {
      dialect,
      members: none,
      input: (_, { job_id: id }) => ({ id }),
      body: shapes.jobResult,
      // The document's `result` is an object always.
      answer: (job, { entrance }) => ({
        ...jobOf(job, entrance.organizationId),
        result: job.result ?? {},
      }),
    }),
  },
];
