import { LockMode } from '@mikro-orm/core';
import { type LookupScheme, newId, type RandomSource } from '../../core/mod.ts';
import { deedOf, revocationOf } from '../audit/deed.ts';
import { recordEvent } from '../audit/record-event.ts';
import { canonicalJson } from '../crypto/canonical-json.ts';
import type { Encryption } from '../crypto/encryption.ts';
import { fingerprintsOf } from '../crypto/secret-fingerprints.ts';
import { acquireAdvisoryLock } from '../database/acquire-advisory-lock.ts';
import type { Database } from '../database/database.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { ApiKeySecret } from '../database/entities/api-key-secret.ts';
import { AuditEvent } from '../database/entities/audit-event.ts';
import { KeyImport, type WaitingKey } from '../database/entities/key-import.ts';
import { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { everyScheme } from '../database/former-secrets.ts';
import { writeSearchTexts } from '../database/key-search.ts';
import { revokedSecrets } from '../database/revoked-secrets.ts';
import { type JobContext, JobFailure } from '../queue/job-handler.ts';
import { Problem } from '../wire/problem.ts';
import { previewParts } from './imported-key.ts';
import { isKeyOf, keysBySecret } from './known-keys.ts';
import { assertWithinLimit } from './live-key-limit.ts';
import { endOf } from './sub-org-end.ts';

/** Keys per transaction: SQLite has one writer at a time. */
const batchSize = 200;

interface ImportServices {
  readonly database: Database;
  readonly scheme: LookupScheme;
  readonly schemes: readonly LookupScheme[];
  readonly encryption: Encryption;
  readonly random: RandomSource;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** A verified line, and the lookup values that its secret may be stored under. */
interface Line {
  readonly line: number;
  readonly item: WaitingKey;
  readonly digest: string;
  readonly lookups: readonly string[];
  readonly fingerprints: readonly string[];
}

/** Revocation reasons by key id, of keys that are still to be written. */
type RevokedKeys = Map<string, string | null>;

/**
 * Writes the keys of one organization's validated import, batch by batch. The transaction that
 * writes a key deletes its line: a worker that resumes after a crash writes no key twice.
 */
export function importKeys(services: ImportServices) {
  return async (job: { readonly id: string }, { step }: JobContext) => {
    const written = { imported: 0, revoked: 0, existing: 0, refused: 0 };
    for (let left = batchSize; left === batchSize; ) {
      await step(async (em, { orgId, progress, result }) => {
        // Imports run one at a time: two files with the same hash each find the other's key.
        await acquireAdvisoryLock(em, 'key import');
        const rows = await em.find(
          KeyImport,
          { jobId: job.id },
          { orderBy: { line: 'asc' }, limit: batchSize },
        );
        left = rows.length;
        const schemes = await everyScheme(em, services.schemes, services.encryption);
        const lines = readLines(job.id, orgId ?? '', rows, schemes, services);
        const some = await importLines(em, job.id, orgId ?? '', lines, services);
        await em.nativeDelete(KeyImport, {
          jobId: job.id,
          line: { $in: rows.map(({ line }) => line) },
        });
        const count = (name: keyof typeof written, more: number) => {
          written[name] = Number(result?.[name] ?? 0) + more;
        };
        count('imported', some.imported);
        count('revoked', some.revoked);
        count('existing', some.existing);
        count('refused', rows.length - some.imported - some.revoked - some.existing);
        return { progress: progress + rows.length, result: { ...written } };
      });
    }
    return { ...written };
  };
}

/** Lines whose MAC is valid. The row MACs report forged lines, which are left out. */
function readLines(
  jobId: string,
  orgId: string,
  rows: readonly KeyImport[],
  schemes: readonly LookupScheme[],
  { database, encryption }: ImportServices,
): Line[] {
  return rows.flatMap(({ line, item, mac }) => {
    const fields = [jobId, line, canonicalJson(item)] as const;
    if (!database.rowMacs.verify('key-import', fields, mac, orgId)) return [];
    const digest = encryption.decrypt(item.hash, orgId);
    const lookups = schemes.map((scheme) => scheme.lookup(digest));
    return [{ line, item, digest, lookups, fingerprints: fingerprintsOf(schemes, digest) }];
  });
}

/** @returns how many keys were written, live and revoked, and how many existed already. */
async function importLines(
  em: EntityManager,
  jobId: string,
  orgId: string,
  all: readonly Line[],
  services: ImportServices,
) {
  const ended = await endedSubOrgs(em, orgId, all);
  const lines = all.filter(({ item }) => item.subOrgId === null || ended.has(item.subOrgId));
  const secrets = lines.map(({ lookups }) => lookups);
  const known = await keysBySecret(em, secrets);
  const remembered = await revokedSecrets(em, secrets);
  const { done, revoked } = await recordedOf(
    em,
    lines.map(({ item }) => item.id),
  );
  for (const [index, { item }] of lines.entries()) {
    const reason = remembered[index]?.reason ?? ended.get(item.subOrgId ?? 0) ?? null;
    if (revoked.has(item.id)) continue;
    if (remembered[index] !== undefined || reason !== null) revoked.set(item.id, reason);
  }
  const added = lines.filter(({ item, line }, index) => {
    const key = known[index];
    if (key === undefined) return !done.has(item.id);
    // This includes a key that was revoked since the file was read: it stays revoked.
    if (isKeyOf(key, orgId, item.subOrgId)) return false;
    throw new JobFailure(`line ${line}: hash_sha256: a key with this hash exists already`);
  });
  await insertKeys(em, jobId, orgId, added, revoked, services);
  const ofRevoked = added.filter(({ item }) => revoked.has(item.id)).length;
  const imported = added.length - ofRevoked;
  if (imported > 0) {
    const counted = { orgId, environment: 'live' } as const;
    await assertWithinLimit(em, counted, new Date(services.now())).catch((error: unknown) => {
      throw error instanceof Problem ? new JobFailure(error.message) : error;
    });
  }
  return { imported, revoked: ofRevoked, existing: lines.length - added.length };
}

/**
 * Keys of these lines in the append-only audit log. A restored line writes no second key, and a key
 * that a lost history wrote and revoked is written as revoked.
 */
async function recordedOf(em: EntityManager, ids: readonly string[]) {
  const action = { $in: ['apiKeys.import', 'restore.accept'] };
  const rows = await em.find(
    AuditEvent,
    { action, target: { $in: [...ids] } },
    { orderBy: { seq: 'asc' } },
  );
  const done = new Set<string>();
  const revoked: RevokedKeys = new Map();
  for (const row of rows) {
    if (row.target == null) continue;
    const { target } = row;
    const revocation = revocationOf(deedOf(row, row.seq));
    if (row.action === 'apiKeys.import') done.add(target);
    // The first entry is the original revocation.
    else if (revocation !== undefined && !revoked.has(target)) {
      revoked.set(target, revocation.reason);
    }
  }
  return { done, revoked };
}

/**
 * The organization or a sub-org may have gone since the file was read. Keys of an archived or
 * removed sub-org are written as revoked, as if they had been written before it ended; keys of an
 * unknown one are left out.
 *
 * @returns the revocation reason for keys of each sub-org; null for an active one.
 * @throws {JobFailure} where the organization has gone.
 */
async function endedSubOrgs(
  em: EntityManager,
  orgId: string,
  lines: readonly Line[],
): Promise<Map<number, string | null>> {
  const held = { lockMode: LockMode.PESSIMISTIC_READ, orderBy: { id: 'asc' } } as const;
  const ids = [...new Set(lines.flatMap(({ item }) => item.subOrgId ?? []))];
  const parent = { id: orgId, tier: { $ne: null }, deletedAt: null };
  const [line] = lines;
  if (line !== undefined && (await em.findOne(Organization, parent, held)) === null) {
    throw new JobFailure(`line ${line.line}: org: not a parent organization`);
  }
  const subOrgs = await em.find(SubOrg, { id: { $in: ids }, orgId }, held);
  return new Map(subOrgs.map((each) => [each.id, endOf(each)]));
}

async function insertKeys(
  em: EntityManager,
  jobId: string,
  orgId: string,
  lines: readonly Line[],
  revoked: RevokedKeys,
  { scheme, random, now }: ImportServices,
): Promise<void> {
  const updatedAt = new Date(now());
  const keys = lines.map(({ item, digest, fingerprints }) => ({
    ...item,
    fingerprints,
    lookup: scheme.lookup(digest),
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
      revokedAt: revoked.has(id) ? updatedAt : null,
      revokedReason: revoked.get(id) ?? null,
    })),
  );
  await writeSearchTexts(em, keys);
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
  for (const { id, label, subOrgId, preview, fingerprints } of keys) {
    recordEvent(em, {
      id: newId('evt', updatedAt.getTime(), random),
      orgId,
      at: updatedAt,
      actor: 'operator',
      action: 'apiKeys.import',
      target: id,
      changes: { label, subOrgId, preview, jobId, fingerprints },
      ipAddress: null,
      requestId: null,
    });
  }
}
