import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import type { EntityManager } from '../../database/database.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { Organization } from '../../database/entities/organization.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation, type Work } from '../operation.ts';
import { type FieldError, InvalidInput } from '../problem.ts';
import { type ImportedKey, importedKey, previewParts } from './imported-key.ts';

/** How many rows go into one statement. */
const batchSize = 200;

/** An imported key, and what it is found under. */
interface Item extends ImportedKey {
  readonly lookup: string;
}

/**
 * Takes over keys that another deployment issued, by their hash: their holders notice nothing. All or
 * none; an error's path begins with `items` and the position.
 */
export const importApiKeys = defineOperation({
  name: 'apiKeys.import',
  summary: 'Import API keys by the SHA-256 of their secret',
  kind: 'mutation',
  access: operatorOnly(),
  input: z.object({ items: z.array(importedKey) }),
  output: z.object({ imported: z.int() }),
  prepare: ({ services }, { items }): Item[] =>
    items.map((item) => ({ ...item, lookup: services.scheme.lookup(item.hashSha256) })),
  async run(work, _input, items) {
    const { em, audit } = work;
    await assertOwners(em, items);
    await assertNew(em, items);
    for (let start = 0; start < items.length; start += batchSize) {
      await insert(work, items.slice(start, start + batchSize));
    }
    const organizations: Record<string, number> = {};
    for (const { org } of items) organizations[org] = (organizations[org] ?? 0) + 1;
    audit({ target: null, changes: { imported: items.length, organizations } });
    return { imported: items.length };
  },
});

/** Every owner must exist and be active; it is held so until the keys are committed. */
async function assertOwners(em: EntityManager, items: readonly Item[]): Promise<void> {
  const held = { lockMode: LockMode.PESSIMISTIC_READ, orderBy: { id: 'asc' } } as const;
  const subOrgIds = unique(items.flatMap((item) => item.subOrgId ?? []));
  const orgIds = unique(items.map((item) => item.org));
  const active = { archivedAt: null, removedAt: null };
  const subOrgs = await em.find(SubOrg, { id: { $in: subOrgIds }, ...active }, held);
  const organizations = await em.find(
    Organization,
    { id: { $in: orgIds }, tier: { $ne: null }, deletedAt: null },
    held,
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

/** A hash that is known, or comes twice, may stand for two different owners: nobody guesses. */
async function assertNew(em: EntityManager, items: readonly Item[]): Promise<void> {
  const seen = new Set<string>();
  reject(items, 'hashSha256', 'the hash comes twice', ({ lookup }) => {
    const isRepeated = seen.has(lookup);
    seen.add(lookup);
    return isRepeated;
  });
  const known = new Set<string>();
  for (let start = 0; start < items.length; start += batchSize) {
    const lookups = items.slice(start, start + batchSize).map(({ lookup }) => lookup);
    const found = await em.find(ApiKeySecret, { lookup: { $in: lookups } });
    for (const { lookup } of found) known.add(lookup);
  }
  reject(items, 'hashSha256', 'a key with this hash exists already', ({ lookup }) =>
    known.has(lookup),
  );
}

/** @throws {InvalidInput} with the positions of all that are wrong. */
function reject(
  items: readonly Item[],
  field: keyof ImportedKey,
  msg: string,
  isWrong: (item: Item) => boolean,
): void {
  const errors = items.flatMap((item, index): FieldError[] =>
    isWrong(item) ? [{ path: ['items', index, field], msg, type: 'value_error' }] : [],
  );
  if (errors.length > 0) throw new InvalidInput(errors);
}

async function insert(work: Work, items: readonly Item[]): Promise<void> {
  const { em, now, services } = work;
  const keys = items.map((item) => ({ ...item, id: work.newId('key') }));
  await em.insertMany(
    ApiKey,
    keys.map(({ id, org, subOrgId, label, createdAt, expiresAt }) => ({
      id,
      dialect: 'reporisk',
      environment: 'live' as const,
      orgId: org,
      subOrgId: subOrgId ?? null,
      label,
      description: null,
      scopes: null,
      ipAllowList: null,
      rateLimit: null,
      disabled: false,
      expiresAt: expiresAt ?? null,
      createdBy: null,
      serviceAccountId: null,
      imported: true,
      createdAt: createdAt ?? now,
      updatedAt: now,
      revokedAt: null,
      revokedReason: null,
    })),
  );
  await em.insertMany(
    ApiKeySecret,
    keys.map(({ id, org, lookup, preview, createdAt }) => {
      const seal = services.scheme.seal(id, org, lookup);
      if (seal === null) throw new Error('the server always seals');
      return {
        lookup,
        keyId: id,
        scheme: services.scheme.id,
        seal,
        ...previewParts(preview),
        legacy: true,
        retiresAt: null,
        createdAt: createdAt ?? now,
      };
    }),
  );
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
