import { z } from 'zod';
import type { ShownKey } from '../../api-keys/key-record.ts';
import { jobStatuses, jobTypes } from '../../database/entities/job.ts';
import { accountRole } from '../../operations/service-accounts/service-account-record.ts';
import { timestamp } from '../../wire/fields.ts';
import type { AnswerContext } from './dialect-form.ts';

const key = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  organization_id: z.string(),
  project_id: z.string().nullable(),
  scopes: z.array(z.string()),
  key_prefix: z.string(),
  is_active: z.boolean(),
  last_used_at: timestamp.nullable(),
  expires_at: timestamp.nullable(),
  created_by: z.string().nullable(),
  created_at: timestamp,
  updated_at: timestamp,
});

const job = z.object({
  id: z.string(),
  organization_id: z.string(),
  project_id: z.string().nullable(),
  type: z.enum(jobTypes),
  status: z.enum(jobStatuses),
  progress: z.int(),
  total: z.int().nullable(),
  created_by: z.string().nullable(),
  started_at: timestamp.nullable(),
  completed_at: timestamp.nullable(),
  error_message: z.string().nullable(),
  created_at: timestamp,
  updated_at: timestamp,
});

/** The records of the document, in its own names: ApiKeyRecord, ApiKeyCreatedResponse and so on. */
export const shapes = {
  key,
  created: z.object({ key, raw_key: z.string() }),
  call: z.object({
    id: z.string(),
    key_id: z.string(),
    endpoint: z.string(),
    method: z.string(),
    status_code: z.int(),
    duration_ms: z.number(),
    request_id: z.string().nullable(),
    ip_address: z.string().nullable(),
    user_agent: z.string().nullable(),
    created_at: timestamp,
  }),
  account: z.object({
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    description: z.string().nullable(),
    role: accountRole,
    is_active: z.boolean(),
    created_at: timestamp,
    updated_at: timestamp,
  }),
  job,
  jobResult: job.extend({ result: z.record(z.string(), z.unknown()) }),
};

/** A record by its name. */
export type Shape<Name extends keyof typeof shapes> = z.infer<(typeof shapes)[Name]>;

/** Keys as the document shows them. */
export async function keysOf(
  keys: readonly ShownKey[],
  { services: { database }, entrance }: AnswerContext,
): Promise<Shape<'key'>[]> {
  const { rows } = database;
  const found = await rows.all<{ id: string; project_id: string | null }>(
    `select id, project_id from api_key where ${rows.dialect.among('id')}`,
    [JSON.stringify(keys.map(({ id }) => id))],
  );
  const projects = new Map(found.map(({ id, project_id: projectId }) => [id, projectId]));
  return keys.map((key) => shown(key, entrance.organizationId, projects.get(key.id) ?? null));
}

/** One key. */
export async function keyOf(key: ShownKey, context: AnswerContext): Promise<Shape<'key'>> {
  const [only] = await keysOf([key], context);
  if (only === undefined) throw new Error('unreachable: one key has one record');
  return only;
}

function shown(
  key: ShownKey,
  organizationId: string | null,
  projectId: string | null,
): Shape<'key'> {
  return {
    id: key.id,
    name: key.label,
    description: key.description ?? '',
    organization_id: organizationId ?? '',
    project_id: projectId,
    // Every key names its scopes; a row written by hand may not.
    scopes: key.scopes ?? ['admin:*'],
    key_prefix: key.keyPrefix,
    is_active: key.isActive,
    last_used_at: key.lastUsedAt,
    expires_at: key.expiresAt,
    created_by: key.createdBy,
    created_at: key.createdAt,
    updated_at: key.updatedAt,
  };
}
