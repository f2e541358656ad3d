import { LockMode } from '@mikro-orm/core';
import { newId } from '../../core/mod.ts';
import type { EntityManager } from '../database/database.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { ApiKeySecret } from '../database/entities/api-key-secret.ts';
import { KeyImport } from '../database/entities/key-import.ts';
import { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import { previewParts } from '../operations/api-keys/imported-key.ts';
import { isKeyOf, keysByLookup } from '../operations/api-keys/known-keys.ts';
import type { Services } from '../operations/operation.ts';
import { type JobContext, JobFailure } from './job-handler.ts';

/** Keys to a transaction: on SQLite nobody else writes meanwhile. */
const batchSize = 200;

/**
 * Writes the keys of one organization that an import validated, batch by batch. A line goes with the
 * transaction that writes its key, so that whoever goes on after a crash writes none twice.
 */
export function importKeys(services: Pick<Services, 'scheme' | 'random' | 'now'>) {
  return async (job: { readonly id: string }, { step }: JobContext) => {
    const written = { imported: 0, existing: 0 };
    for (let left = batchSize; left === batchSize; ) {
      await step(async (em, { orgId, progress, result }) => {
        const lines = await em.find(
          KeyImport,
          { jobId: job.id },
          { orderBy: { line: 'asc' }, limit: batchSize },
        );
        left = lines.length;
        const imported = await importLines(em, orgId ?? '', lines, services);
        await em.nativeDelete(KeyImport, {
          jobId: job.id,
          line: { $in: lines.map(({ line }) => line) },
        });
        written.imported = Number(result?.imported ?? 0) + imported;
        written.existing = Number(result?.existing ?? 0) + lines.length - imported;
        return { progress: progress + lines.length, result: { ...written } };
      });
    }
    return { ...written };
  };
}

/** @returns how many were new. */
async function importLines(
  em: EntityManager,
  orgId: string,
  lines: readonly KeyImport[],
  services: Pick<Services, 'scheme' | 'random' | 'now'>,
): Promise<number> {
  await assertOwners(em, orgId, lines);
  const known = await keysByLookup(
    em,
    lines.map(({ item }) => item.lookup),
  );
  const added = lines.filter(({ item, line }) => {
    const key = known.get(item.lookup);
    if (key === undefined || isKeyOf(key, orgId, item.subOrgId)) return key === undefined;
    throw new JobFailure(`line ${line}: hash_sha256: a key with this hash exists already`);
  });
  await insertKeys(em, orgId, added, services);
  return added.length;
}

/** The organization and its sub-orgs may have gone since the file was read. */
async function assertOwners(em: EntityManager, orgId: string, lines: readonly KeyImport[]) {
  const held = { lockMode: LockMode.PESSIMISTIC_READ, orderBy: { id: 'asc' } } as const;
  const ids = [...new Set(lines.flatMap(({ item }) => item.subOrgId ?? []))];
  const active = { orgId, archivedAt: null, removedAt: null };
  const subOrgs = await em.find(SubOrg, { id: { $in: ids }, ...active }, held);
  const parent = { id: orgId, tier: { $ne: null }, deletedAt: null };
  const [line] = lines;
  if (line !== undefined && (await em.findOne(Organization, parent, held)) === null) {
    throw new JobFailure(`line ${line.line}: org: not a parent organization`);
  }
  const found = new Set(subOrgs.map(({ id }) => id));
  const wrong = lines.find(({ item }) => item.subOrgId !== null && !found.has(item.subOrgId));
  if (wrong !== undefined) {
    const field = `line ${wrong.line}: sub_org_id`;
    throw new JobFailure(`${field}: not an active sub-organization of the organization`);
  }
}

async function insertKeys(
  em: EntityManager,
  orgId: string,
  lines: readonly KeyImport[],
  { scheme, random, now }: Pick<Services, 'scheme' | 'random' | 'now'>,
): Promise<void> {
  const updatedAt = new Date(now());
  const keys = lines.map(({ item }) => ({
    ...item,
    id: newId('key', updatedAt.getTime(), random),
    createdAt: item.createdAt === null ? updatedAt : new Date(item.createdAt),
  }));
  await em.insertMany(
    ApiKey,
    keys.map(({ id, subOrgId, label, createdAt, expiresAt }) => ({
      id,
      dialect: 'reporisk',
      environment: 'live' as const,
      orgId,
      subOrgId,
      label,
      description: null,
      scopes: null,
      ipAllowList: null,
      rateLimit: null,
      disabled: false,
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
      createdBy: null,
      serviceAccountId: null,
      imported: true,
      createdAt,
      updatedAt,
      revokedAt: null,
      revokedReason: null,
    })),
  );
  await em.insertMany(
    ApiKeySecret,
    keys.map(({ id, lookup, preview, createdAt }) => {
      const seal = scheme.seal(id, orgId, lookup);
      if (seal === null) throw new Error('the server always seals');
      const parts = previewParts(preview);
      const schemeId = scheme.id;
      return {
        ...{ lookup, keyId: id, scheme: schemeId, seal, ...parts },
        ...{ legacy: true, retiresAt: null, createdAt },
      };
    }),
  );
}
