import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { endSubOrgLink, writeSubOrgLink } from '../../../server/clerk/sub-org-link.ts';
import type { Database } from '../../../server/database/database.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { migrated } from '../../support/databases.ts';
import type { DatabaseKind } from '../../support/server.ts';
import { testTime } from './tokens.ts';

/** A migrated database of a kind, gone at the end of the scope. */
export async function testDatabase(kind: DatabaseKind) {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(
    await (kind === 'sqlite' ? migrated.SQLite() : migrated.PostgreSQL()),
  );
  const database = resources.use(await openAuditedDatabase(place.url));
  const running = resources.move();
  return { database, url: place.url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const at = new Date(testTime - 86_400_000);

/** Inserts an organization; a tier given here is Clerk's, unless said otherwise. */
export async function insertOrganization(
  database: Database,
  organization: Partial<Organization> & { id: string },
): Promise<void> {
  const tier = organization.tier ?? null;
  const state = { tierPinned: false, clerkTier: tier, isDemo: false, deletedAt: null };
  await database.transaction(async (em) => {
    const times = { asOf: at, createdAt: at, updatedAt: at };
    await em.insert(Organization, { name: 'Acme', tier, ...state, ...times, ...organization });
  });
}

/** Inserts a sub-org and returns its id. */
export function insertSubOrg(
  database: Database,
  subOrg: Partial<SubOrg> & { orgId: string },
): Promise<number> {
  const { clerkId = null, ...values } = subOrg;
  const state = { archivedAt: null, removedAt: null, asOf: null };
  return database.transaction(async (em) => {
    const id = await em.insert(SubOrg, { name: 'Mobile', ...state, createdAt: at, ...values });
    if (clerkId !== null) {
      await writeSubOrgLink(em, database.rowMacs, { id, orgId: subOrg.orgId }, clerkId);
    }
    return id;
  });
}

/** Removes every sub-org, as the operation does. */
export function removeSubOrgs(database: Database, now: number): Promise<void> {
  return database.transaction(async (em) => {
    for (const subOrg of await em.find(SubOrg, {}, { disableIdentityMap: true })) {
      await endSubOrgLink(em, database.rowMacs, subOrg);
      const { id } = subOrg;
      await em.nativeUpdate(SubOrg, { id }, { removedAt: new Date(now), asOf: null });
    }
  });
}

/** Inserts an active key without a secret. */
export async function insertKey(
  database: Database,
  key: { id: string; orgId: string; subOrgId?: number },
): Promise<void> {
  await database.transaction(async (em) => {
    await em.insert(ApiKey, {
      dialect: 'reporisk',
      environment: 'live',
      subOrgId: null,
      label: 'CI',
      description: null,
      scopes: null,
      ipAllowList: null,
      rateLimit: null,
      disabled: false,
      expiresAt: null,
      createdBy: null,
      serviceAccountId: null,
      imported: false,
      createdAt: at,
      updatedAt: at,
      revokedAt: null,
      revokedReason: null,
      ...key,
    });
  });
}

/** The ids of keys that are not revoked. */
export async function liveKeys(database: Database): Promise<string[]> {
  const keys = await database.read().find(ApiKey, { revokedAt: null }, { orderBy: { id: 'asc' } });
  return keys.map(({ id }) => id);
}
