import {
  createMemoryKeyStore,
  type KeyRecord,
  type KeyStore,
  type StoredKey,
} from '../../core/mod.ts';
import type { StoreUnderTest as ExportedStore } from '../../core/testing.ts';
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

/** A way to put keys as records, for the tests that every store passes. */
export type RecordStore = ExportedStore & AsyncDisposable;

/** The store in memory, for the tests that every store passes. */
export async function memoryRecords(): Promise<RecordStore> {
  const store = createMemoryKeyStore();
  return {
    store,
    put: (lookup, key) => (store.find(lookup) === null ? store.put : store.replace)(lookup, key),
    async [Symbol.asyncDispose]() {},
  };
}

const membershipOf = {
  admin: 'admin',
  engineer: 'member',
  viewer: 'member',
  none: 'member',
} as const;

/** A store on a database, for the tests that every store passes: a record becomes its rows. */
export async function databaseRecords(kind: DatabaseKind): Promise<RecordStore> {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await demoDatabase(kind));
  const database = resources.use(await openAuditedDatabase(place.url));
  const running = resources.move();
  const times = { createdAt: at, updatedAt: at };
  const date = (time: number | null) => (time === null ? null : new Date(time));
  return {
    store: database.keys,
    put: (lookup, { record, seal }) =>
      database.transaction(async (em) => {
        const { organization, subOrg, owner } = record;
        const orgId = organization.id;
        await em.upsert(Organization, {
          ...{ ...organization, tierPinned: false, clerkTier: null, isDemo: true, asOf: at },
          ...{ deletedAt: null, ...times },
        });
        if (subOrg !== null) {
          const archivedAt = subOrg.active ? null : at;
          const none = { clerkId: null, removedAt: null, asOf: null };
          const names = { name: `Sub-org ${subOrg.id}`, createdAt: at };
          await em.upsert(SubOrg, { id: subOrg.id, orgId, archivedAt, ...names, ...none });
        }
        if (owner.kind === 'member') {
          const active = owner.role !== 'none';
          const role = membershipOf[owner.role];
          await em.upsert(Membership, {
            ...{ clerkOrgId: orgId, userId: owner.id, role, active, asOf: at },
          });
        }
        if (owner.kind === 'service-account' && owner.role !== 'none') {
          const { id, role } = owner;
          const roleMac = database.rowMacs.make('service-account', [id, orgId, role]);
          const account = { id, orgId, role, roleMac, name: 'CI', slug: id, description: null };
          await em.upsert(ServiceAccount, { ...account, isActive: true, ...times });
        }
        const { id, dialect, environment, label, rateLimit, disabled, projectId } = record;
        const scopes = record.scopes && [...record.scopes];
        const ipAllowList = record.ipAllowList && [...record.ipAllowList];
        await em.upsert(ApiKey, {
          ...{ id, dialect, environment, orgId, subOrgId: subOrg?.id ?? null, label, scopes },
          ...{ projectId },
          ...{ description: null, ipAllowList, rateLimit, disabled, revokedReason: null },
          ...{ expiresAt: date(record.expiresAt), revokedAt: date(record.revokedAt) },
          createdBy: owner.kind === 'member' ? owner.id : null,
          serviceAccountId: owner.kind === 'service-account' ? owner.id : null,
          imported: owner.kind === 'organization',
          ...times,
        });
        const [, prefix = '', first4 = '', last4 = ''] =
          /^(rrk_(?:live|test)_)(.{4})•+(.{4})$/.exec(record.preview) ?? [];
        await em.upsert(ApiKeySecret, {
          ...{ lookup, keyId: id, scheme: 'test', seal: seal ?? '', prefix, first4, last4 },
          ...{ legacy: false, retiresAt: date(record.secretExpiresAt), createdAt: at },
        });
      }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
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
