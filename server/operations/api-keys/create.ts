import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { allDialects, type Dialect } from '../../../core/mod.ts';
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
  projectId,
  rateLimit,
  scopes,
} from '../../wire/fields.ts';
import { invalidField } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { assertOfDialect, howToSwitchOn } from './dialect-rules.ts';
import { type Inherited, inheritedFrom } from './inherit.ts';
import { newSecret } from './new-secret.ts';

const input = z.strictObject({
  label,
  description: description.nullish(),
  subOrgId: integer().nullish(),
  serviceAccountId: id.nullish(),
  dialect: z.enum(allDialects).default('reporisk'),
  environment: z.enum(['live', 'test']).default('live'),
  projectId: projectId.nullish(),
  scopes: scopes.nullish(),
  expiresInDays: integer(1, 3650).nullish(),
  ipAllowList: ipAllowList.nullish(),
  rateLimit: rateLimit.nullish(),
});

/** Issues a key. Its answer is the only place where the raw key is ever shown. */
export const createApiKey = defineOperation({
  name: 'apiKeys.create',
  summary: 'Issue an API key; the answer shows its secret, once',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true, byKeys: 'manage' }),
  input,
  output: z.object({ key: keyRecord, rawKey: z.string() }),
  async run(work, input) {
    const { em, principal, now } = work;
    const dialect: Dialect = principal.dialect ?? input.dialect;
    const isOff = howToSwitchOn(dialect, work.services.dialects);
    if (isOff !== null) throw invalidField('dialect', isOff);
    assertOfDialect(dialect, input, work.services.extraScopes);
    const given =
      principal.key === null ? givenBy(work, input) : await inheritedFrom(em, principal.key.id);
    if (given.subOrgId != null) await lockActiveSubOrg(work, given.subOrgId);
    if (given.serviceAccountId != null) await assertActiveAccount(work, given.serviceAccountId);
    const key = em.create(ApiKey, {
      id: work.newId('key'),
      dialect,
      environment: input.environment,
      orgId: principal.organization.id,
      projectId: input.projectId ?? null,
      label: input.label,
      description: input.description ?? null,
      scopes: input.scopes ?? null,
      ...given,
      createdAt: now,
      updatedAt: now,
    });
    em.persist(key);
    const { rawKey, fingerprints } = newSecret(work, key);
    work.audit({
      target: key.id,
      changes: {
        ...(dialect === 'reporisk' ? {} : dialectChanges(key)),
        label: key.label,
        environment: key.environment,
        subOrgId: key.subOrgId,
        serviceAccountId: key.serviceAccountId,
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

/** What the request gives to a key that no key makes. */
function givenBy({ principal, now }: OperationContext, asked: z.output<typeof input>): Inherited {
  const { subOrgId = null, serviceAccountId = null, expiresInDays = null } = asked;
  return {
    lineage: null,
    subOrgId,
    ipAllowList: asked.ipAllowList ?? null,
    rateLimit: asked.rateLimit ?? null,
    expiresAt: expiresInDays === null ? null : new Date(now.getTime() + expiresInDays * day),
    createdBy: principal.userId,
    serviceAccountId,
    imported: false,
  };
}

function dialectChanges({ dialect, projectId, lineage }: ApiKey) {
  const madeBy = lineage?.split('/').at(-2) ?? null;
  return { dialect, projectId, madeBy };
}

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
