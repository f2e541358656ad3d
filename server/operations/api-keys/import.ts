import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { canonicalJson } from '../../crypto/canonical-json.ts';
import type { EntityManager } from '../../database/database.ts';
import { KeyImport, type WaitingKey } from '../../database/entities/key-import.ts';
import { Organization } from '../../database/entities/organization.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { everyScheme } from '../../database/former-secrets.ts';
import { revokedSecrets } from '../../database/revoked-secrets.ts';
import { queueJob } from '../../jobs/queue-job.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation, type Work } from '../operation.ts';
import { type FieldError, InvalidInput } from '../problem.ts';
import { type ImportedKey, importedKey } from './imported-key.ts';
import { isKeyOf, keysBySecret } from './known-keys.ts';

/** How many rows go into one statement. */
const batchSize = 200;

/** An imported key, what it may be found under, and where it stands in the file. */
interface Item extends ImportedKey {
  readonly lookups: readonly string[];
  readonly line: number;
}

/**
 * Takes over keys that another deployment issued, by their hash: their holders notice nothing. All
 * are validated here, and one that is wrong keeps out every other; an error's path begins with
 * `items` and the position. A job for each organization writes them.
 */
export const importApiKeys = defineOperation({
  name: 'apiKeys.import',
  summary: 'Import API keys by the SHA-256 of their secret',
  kind: 'mutation',
  access: operatorOnly(),
  input: z.strictObject({
    items: z.array(importedKey),
    /** Where each stands in the file; from 1 on when absent. */
    lines: z.array(z.int()).optional(),
  }),
  output: z.object({ jobIds: z.array(z.string()) }),
  async prepare({ services }, { items, lines }): Promise<Item[]> {
    const { database, sealer } = services;
    const schemes = await everyScheme(database.read(), services.schemes, sealer);
    return items.map((item, index) => ({
      ...item,
      lookups: schemes.map((scheme) => scheme.lookup(item.hashSha256)),
      line: lines?.[index] ?? index + 1,
    }));
  },
  async run(work, _input, items) {
    await assertOwners(work.em, items);
    await assertNew(work.em, items);
    const jobIds: string[] = [];
    for (const [org, its] of Map.groupBy(items, ({ org }) => org)) {
      jobIds.push(await queueImport(work, org, its));
    }
    return { jobIds };
  },
});

/** Every owner must exist and be active; it is held so until the jobs are queued. */
async function assertOwners(em: EntityManager, items: readonly Item[]): Promise<void> {
  const held = { lockMode: LockMode.PESSIMISTIC_READ, orderBy: { id: 'asc' } } as const;
  const subOrgIds = unique(items.flatMap((item) => item.subOrgId ?? []));
  const orgIds = unique(items.map((item) => item.org));
  const active = { archivedAt: null, removedAt: null };
  const organizations = await em.find(
    Organization,
    { id: { $in: orgIds }, tier: { $ne: null }, deletedAt: null },
    held,
  );
  const subOrgs = await em.find(SubOrg, { id: { $in: subOrgIds }, ...active }, held);
  const linked = await em.find(SubOrg, { clerkId: { $in: orgIds } });
  const parents = new Set(organizations.map(({ id }) => id));
  for (const { clerkId } of linked) if (clerkId) parents.delete(clerkId);
  const ofOrg = new Map(subOrgs.map(({ id, orgId }) => [id, orgId]));
  reject(items, 'org', 'not a parent organization', ({ org }) => !parents.has(org));
  reject(
    items,
    'subOrgId',
    'not an active sub-organization of the organization',
    ({ subOrgId, org }) => subOrgId != null && ofOrg.get(subOrgId) !== org,
  );
}

/**
 * A hash that comes twice, or is known as anything but the same key, may stand for two different
 * owners: nobody guesses. What an earlier import of the file wrote may come again, unless it was revoked,
 * here or in a history that was lost.
 */
async function assertNew(em: EntityManager, items: readonly Item[]): Promise<void> {
  const seen = new Set<string>();
  reject(items, 'hashSha256', 'the hash comes twice', ({ hashSha256 }) => {
    const isRepeated = seen.has(hashSha256);
    seen.add(hashSha256);
    return isRepeated;
  });
  const secrets = items.map(({ lookups }) => lookups);
  const known = await keysBySecret(em, secrets);
  const revoked = await revokedSecrets(em, secrets);
  reject(items, 'hashSha256', 'a key with this hash exists already', (item, index) => {
    const key = known[index];
    if (revoked[index] !== undefined) return true;
    return key !== undefined && (!!key.revokedAt || !isKeyOf(key, item.org, item.subOrgId ?? null));
  });
}

/** @throws {InvalidInput} with the positions of all that are wrong. */
function reject(
  items: readonly Item[],
  field: keyof ImportedKey,
  msg: string,
  isWrong: (item: Item, index: number) => boolean,
): void {
  const errors = items.flatMap((item, index): FieldError[] =>
    isWrong(item, index) ? [{ path: ['items', index, field], msg, type: 'value_error' }] : [],
  );
  if (errors.length > 0) throw new InvalidInput(errors);
}

/** @returns the job's id. */
async function queueImport(work: Work, orgId: string, items: readonly Item[]): Promise<string> {
  const { em, now, audit, services } = work;
  const { rowMacs } = services.database;
  const id = work.newId('job');
  const total = items.length;
  for (let start = 0; start < total; start += batchSize) {
    const part = items.slice(start, start + batchSize).map((each) => {
      const item = waiting(work, orgId, each);
      const mac = rowMacs.make('key-import', [id, each.line, canonicalJson(item)]);
      return { jobId: id, line: each.line, item, mac };
    });
    await em.insertMany(KeyImport, part);
  }
  await queueJob(em, rowMacs, { id, type: 'key_import', orgId, total }, now);
  audit({ target: id, orgId, changes: { keys: total } });
  return id;
}

function waiting({ newId, services }: Work, orgId: string, item: Item): WaitingKey {
  const { hashSha256, label, subOrgId, preview, createdAt, expiresAt } = item;
  return {
    id: newId('key'),
    hash: services.sealer.seal(hashSha256, orgId),
    label,
    subOrgId: subOrgId ?? null,
    preview: preview ?? null,
    createdAt: createdAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
