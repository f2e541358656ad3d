import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { keyRecord, recordOf } from '../../api-keys/key-record.ts';
import { assertWithinLimit } from '../../api-keys/live-key-limit.ts';
import { day } from '../../clock/durations.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { writeSearchTexts } from '../../database/key-search.ts';
import { rowsWithin } from '../../database/rows.ts';
import {
  description,
  id,
  integer,
  ipAllowList,
  label,
  rateLimit,
  scopes,
} from '../../wire/fields.ts';
import { invalidField } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { newSecret } from './new-secret.ts';

/** Issues a key. Its answer is the only place where the raw key is ever shown. */
export const createApiKey = defineOperation({
  name: 'apiKeys.create',
  summary: 'Issue an API key; the answer shows its secret, once',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input: z.strictObject({
    label,
    description: description.nullish(),
    subOrgId: integer().nullish(),
    serviceAccountId: id.nullish(),
    dialect: z.enum(['reporisk']).default('reporisk'),
    environment: z.enum(['live', 'test']).default('live'),
    scopes: scopes.nullish(),
    expiresInDays: integer(1, 3650).nullish(),
    ipAllowList: ipAllowList.nullish(),
    rateLimit: rateLimit.nullish(),
  }),
  output: z.object({ key: keyRecord, rawKey: z.string() }),
  async run(work, input) {
    const { em, principal, now } = work;
    const { subOrgId = null, serviceAccountId = null, expiresInDays = null } = input;
    if (subOrgId !== null) await lockActiveSubOrg(work, subOrgId);
    if (serviceAccountId !== null) await assertActiveAccount(work, serviceAccountId);
    const key = em.create(ApiKey, {
      id: work.newId('key'),
      dialect: input.dialect,
      environment: input.environment,
      orgId: principal.organization.id,
      subOrgId,
      label: input.label,
      description: input.description ?? null,
      scopes: input.scopes ?? null,
      ipAllowList: input.ipAllowList ?? null,
      rateLimit: input.rateLimit ?? null,
      expiresAt: expiresInDays === null ? null : new Date(now.getTime() + expiresInDays * day),
      createdBy: principal.userId,
      serviceAccountId,
      createdAt: now,
      updatedAt: now,
    });
    em.persist(key);
    const { rawKey, fingerprints } = newSecret(work, key);
    work.audit({
      target: key.id,
      changes: {
        label: key.label,
        environment: key.environment,
        subOrgId,
        serviceAccountId,
        scopes: key.scopes,
        ipAllowList: key.ipAllowList,
        rateLimit: key.rateLimit,
        expiresAt: key.expiresAt,
        fingerprints,
      },
    });
    await em.flush();
    await writeSearchTexts(em, [key]);
    await work.emit({ type: 'api_key.created', keyId: key.id });
    const record = await recordOf(rowsWithin(em), key.id, now);
    await assertWithinLimit(em, key, now);
    return { key: record, rawKey };
  },
});

/** Holds the sub-org active until the key is committed: archiving it then finds the new key. */
async function lockActiveSubOrg({ em, principal }: OperationContext, id: number): Promise<void> {
  const subOrg = await em.findOne(
    SubOrg,
    { id, orgId: principal.organization.id, archivedAt: null, removedAt: null },
    { lockMode: LockMode.PESSIMISTIC_READ },
  );
  if (subOrg === null) {
    throw invalidField('subOrgId', 'not an active sub-organization of your organization');
  }
}

/**
 * Asserts that a service account may own a key: it belongs to the caller's organization, and is not
 * disabled.
 */
export async function assertActiveAccount(
  { em, principal }: OperationContext,
  id: string,
): Promise<void> {
  const account = await em.findOne(
    ServiceAccount,
    { id, orgId: principal.organization.id, isActive: true },
    { lockMode: LockMode.PESSIMISTIC_READ },
  );
  if (account === null) {
    throw invalidField('serviceAccountId', 'not an active service account of your organization');
  }
}
