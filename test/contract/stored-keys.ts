import type { KeyRecord, StoredKey } from '../../core/mod.ts';
import { createMemoryKeyStore, type KeyStore } from '../../core/mod.ts';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { ApiKey } from '../../server/database/entities/api-key.ts';
import { ApiKeySecret } from '../../server/database/entities/api-key-secret.ts';
import { Membership } from '../../server/database/entities/membership.ts';
import { Organization } from '../../server/database/entities/organization.ts';
import { ServiceAccount } from '../../server/database/entities/service-account.ts';
import { SubOrg } from '../../server/database/entities/sub-org.ts';
import { type DatabaseKind, demoDatabase } from '../support/server.ts';

/** A key as rows: each part holds only the differences from an ordinary one. */
export interface KeyRows {
  readonly organization?: Partial<Organization>;
  readonly subOrg?: Partial<SubOrg>;
  readonly membership?: Partial<Membership>;
  readonly serviceAccount?: Partial<ServiceAccount>;
  readonly key?: Partial<ApiKey>;
  readonly secret?: Partial<ApiKeySecret>;
}

/** A store under test, and its content. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: KeyStore;
  /**
   * Stores a key.
   *
   * @returns the id of its sub-org, where one was asked for.
   */
  put(lookup: string, rows: KeyRows, expected: (subOrgId: number) => StoredKey): Promise<StoredKey>;
}

export const at = new Date('2026-02-03T04:05:06.007Z');
const acme = { id: 'org_1', name: 'Acme', tier: 3 };

/** The record of an ordinary key, with the given differences. */
export function recordOf(id: string, differences: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id,
    dialect: 'reporisk',
    environment: 'live',
    label: 'CI Pipeline',
    preview: 'rrk_live_AbCd••••Xy1z',
    organization: acme,
    subOrg: null,
    owner: { kind: 'member', id: 'user_1', role: 'admin' },
    projectId: null,
    scopes: null,
    ipAllowList: null,
    rateLimit: null,
    disabled: false,
    expiresAt: null,
    revokedAt: null,
    secretExpiresAt: null,
    ...differences,
  };
}

/** The store in memory holds records themselves. */
export async function memoryStore(): Promise<StoreUnderTest> {
  const store = createMemoryKeyStore();
  let subOrgId = 0;
  return {
    store,
    async put(lookup, _rows, expected) {
      const stored = expected(++subOrgId);
      store.put(lookup, stored);
      return stored;
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** A store on a database makes them of rows. */
export async function databaseStore(kind: DatabaseKind): Promise<StoreUnderTest> {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await demoDatabase(kind));
  const database = resources.use(await openAuditedDatabase(place.url));
  const running = resources.move();
  return {
    store: database.keys,
    put: (lookup, rows, expected) =>
      database.transaction(async (em) => {
        const times = { createdAt: at, updatedAt: at };
        const orgId = rows.organization?.id ?? acme.id;
        await em.upsert(Organization, {
          ...acme,
          tierPinned: false,
          clerkTier: null,
          isDemo: true,
          asOf: at,
          deletedAt: null,
          ...times,
          ...rows.organization,
        });
        let subOrgId: number | null = null;
        if (rows.subOrg !== undefined) {
          const none = { clerkId: null, archivedAt: null, removedAt: null, asOf: null };
          const subOrg = { orgId, name: 'Mobile', createdAt: at, ...none, ...rows.subOrg };
          subOrgId = await em.insert(SubOrg, subOrg);
        }
        if (rows.membership !== undefined) {
          const member = { clerkOrgId: orgId, userId: 'user_1', role: 'admin' as const };
          await em.upsert(Membership, { ...member, active: true, asOf: at, ...rows.membership });
        }
        let serviceAccountId: string | null = null;
        if (rows.serviceAccount !== undefined) {
          serviceAccountId = `sa_${lookup.slice(-8)}`;
          const role = rows.serviceAccount.role ?? 'viewer';
          await em.insert(ServiceAccount, {
            id: serviceAccountId,
            orgId,
            roleMac: database.rowMacs.make('service-account', [serviceAccountId, orgId, role]),
            name: 'CI',
            slug: serviceAccountId,
            description: null,
            role,
            isActive: true,
            ...times,
            ...rows.serviceAccount,
          });
        }
        const stored = expected(subOrgId ?? 0);
        const keyId = stored.record.id;
        await em.upsert(
          ApiKey,
          {
            id: keyId,
            dialect: 'reporisk',
            environment: 'live',
            orgId,
            subOrgId,
            label: 'CI Pipeline',
            description: null,
            projectId: null,
            scopes: null,
            ipAllowList: null,
            rateLimit: null,
            disabled: false,
            expiresAt: null,
            createdBy: 'user_1',
            serviceAccountId,
            imported: false,
            revokedAt: null,
            revokedReason: null,
            ...times,
            ...rows.key,
          },
          { onConflictAction: 'ignore' },
        );
        await em.insert(ApiKeySecret, {
          lookup,
          keyId,
          scheme: 'test',
          seal: stored.seal ?? '',
          prefix: 'rrk_live_',
          first4: 'AbCd',
          last4: 'Xy1z',
          legacy: false,
          retiresAt: null,
          createdAt: at,
          ...rows.secret,
        });
        return stored;
      }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
