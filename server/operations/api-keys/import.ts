import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { newId } from '../../../core/mod.ts';
import { type ImportedKey, importedKey } from '../../api-keys/imported-key.ts';
import { isKeyOf, keysBySecret } from '../../api-keys/known-keys.ts';
import { assertWithinLimit } from '../../api-keys/live-key-limit.ts';
import { inSteps } from '../../clock/in-steps.ts';
import { canonicalJson } from '../../crypto/canonical-json.ts';
import { KeyImport, type WaitingKey } from '../../database/entities/key-import.ts';
import { Organization } from '../../database/entities/organization.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { everyScheme } from '../../database/former-secrets.ts';
import { revokedSecrets } from '../../database/revoked-secrets.ts';
import { queueJob } from '../../queue/queue-job.ts';
import { type FieldError, InvalidInput } from '../../wire/problem.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation, type OperationContext, type Services } from '../operation.ts';

/** Rows in one statement. */
const batchSize = 200;

/** An imported key, its possible lookup values, and its place in the file. */
interface Item extends ImportedKey {
  readonly lookups: readonly string[];
  readonly line: number;
}

/** The lines of one organization, and the job that writes them. */
interface WaitingImport {
  readonly jobId: string;
  readonly orgId: string;
  readonly items: readonly Item[];
  /** The number of lines without a known key. */
  readonly added: number;
}

/** Keys in one file. */
const maxItems = 1_000_000;

/**
 * Takes over keys that another deployment issued, by their hash: their holders notice nothing. All
 * lines are validated here, and one wrong line rejects the whole file; an error's path begins with
 * `items` and the position. A job for each organization writes them.
 *
 * The lines are stored in short transactions, and have no effect until the last one queues the
 * jobs: a large file holds no lock that a revocation waits for.
 */
export const importApiKeys = defineOperation({
  name: 'apiKeys.import',
  summary: 'Import API keys by the SHA-256 of their secret',
  kind: 'mutation',
  access: operatorOnly(),
  input: z.strictObject({
    items: z.array(importedKey).max(maxItems),
    /** Each key's line in the file; numbered from 1 when absent. */
    lines: z.array(z.int()).max(maxItems).optional(),
  }),
  output: z.object({ jobIds: z.array(z.string()) }),
  async prepare({ services, now }, { items, lines }): Promise<WaitingImport[]> {
    const { database, encryption } = services;
    const em = database.read();
    const schemes = await everyScheme(em, services.schemes, encryption);
    const all = items.map((item, index) => ({
      ...item,
      lookups: schemes.map((scheme) => scheme.lookup(item.hashSha256)),
      line: lines?.[index] ?? index + 1,
    }));
    await assertOwners(em, all);
    const added = Map.groupBy(await assertNew(em, all), ({ org }) => org);
    const imports = [...Map.groupBy(all, ({ org }) => org)].map(([orgId, its]) => {
      const jobId = newId('job', now.getTime(), services.random);
      return { jobId, orgId, items: its, added: added.get(orgId)?.length ?? 0 };
    });
    for (const each of imports) await layDown(services, each, now);
    return imports;
  },
  async run(work, _input, imports) {
    const items = imports.flatMap((each) => each.items);
    await assertOwners(work.em, items, held);
    for (const each of imports) await queueImport(work, each);
    // In a fixed order: two imports would otherwise deadlock over the counters.
    for (const { orgId, added } of imports.toSorted((a, b) => (a.orgId < b.orgId ? -1 : 1))) {
      await assertWithinLimit(work.em, { orgId, environment: 'live' }, work.now, added);
    }
    return { jobIds: imports.map(({ jobId }) => jobId) };
  },
});

const held = { lockMode: LockMode.PESSIMISTIC_READ, orderBy: { id: 'asc' } } as const;

/**
 * Every owner must exist and be active.
 *
 * @param hold - locks the owners until the transaction ends; locks nothing when absent.
 */
async function assertOwners(
  em: EntityManager,
  items: readonly Item[],
  hold: typeof held | object = {},
): Promise<void> {
  const subOrgIds = unique(items.flatMap((item) => item.subOrgId ?? []));
  const orgIds = unique(items.map((item) => item.org));
  const active = { archivedAt: null, removedAt: null };
  const organizations = await em.find(
    Organization,
    { id: { $in: orgIds }, tier: { $ne: null }, deletedAt: null },
    { ...hold, disableIdentityMap: true },
  );
  const subOrgs = await em.find(
    SubOrg,
    { id: { $in: subOrgIds }, ...active },
    { ...hold, disableIdentityMap: true },
  );
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
 * owners, and is refused. What an earlier import of the file wrote may come again, unless it was
 * revoked, here or in a history that was lost.
 *
 * @returns the items without a known key.
 */
async function assertNew(em: EntityManager, items: readonly Item[]): Promise<Item[]> {
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
  return items.filter((_, index) => known[index] === undefined);
}

/** @throws {InvalidInput} with the positions of all wrong items. */
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

/** Stores the lines, before any job is queued for them. */
async function layDown(
  services: Services,
  { jobId, orgId, items }: WaitingImport,
  now: Date,
): Promise<void> {
  const { database } = services;
  for await (const some of inSteps(items, batchSize)) {
    const lines = some.map((each) => {
      const item = waiting(services, orgId, each, now);
      const mac = database.rowMacs.make('key-import', [jobId, each.line, canonicalJson(item)]);
      return { jobId, line: each.line, item, mac };
    });
    await database.transaction(async (em) => void (await em.insertMany(KeyImport, lines)));
  }
}

async function queueImport(
  { em, now, audit, services }: OperationContext,
  { jobId: id, orgId, items }: WaitingImport,
): Promise<void> {
  const { rowMacs } = services.database;
  const total = items.length;
  await queueJob(em, rowMacs, { id, type: 'key_import', orgId, total }, now);
  audit({ target: id, orgId, changes: { keys: total } });
}

function waiting(
  { encryption, random }: Services,
  orgId: string,
  item: Item,
  now: Date,
): WaitingKey {
  const { hashSha256, label, subOrgId, preview, createdAt, expiresAt } = item;
  return {
    id: newId('key', now.getTime(), random),
    hash: encryption.encrypt(hashSha256, orgId),
    label,
    subOrgId: subOrgId ?? null,
    preview: preview ?? null,
    createdAt: createdAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
