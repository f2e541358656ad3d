import {
  createVerifier,
  generateKey,
  type KeyStore,
  type LookupScheme,
  nobleHashing,
  pepperedScheme,
  type Verifier,
} from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { type Coherence, joinCoherence } from '../../../server/database/coherence.ts';
import type { Database } from '../../../server/database/database.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { ServiceAccount } from '../../../server/database/entities/service-account.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { testKeyring, testRowMacs } from '../../support/keyring.ts';

export const scheme: LookupScheme = pepperedScheme(new Uint8Array(32).fill(1));
export const at: Date = new Date('2026-01-01T00:00:00Z');

/** One process's part: its own connections, its own lease, its own cache. */
export interface CoherentNode extends AsyncDisposable {
  readonly database: Database;
  readonly coherence: Coherence;
  readonly verifier: Verifier;
}

/** Starts one on a migrated database. */
export async function coherentNode(url: string): Promise<CoherentNode> {
  const database = await openAuditedDatabase(url, { keyring: testKeyring });
  // A renewal that came too late on a busy machine is made good by the next.
  const coherence = await joinCoherence({ ...database.leases(), onError: () => {} });
  const { keys } = database;
  const store: KeyStore = {
    find: (lookup) => keys.find(lookup),
    freshness: coherence.freshness,
  };
  return {
    database,
    coherence,
    verifier: createVerifier({ store, schemes: [scheme] }),
    async [Symbol.asyncDispose]() {
      await coherence[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** A key that was stored. */
export interface SeededKey {
  readonly key: string;
  readonly lookup: string;
}

/** An organization with a sub-org, a member and a service account, who own a key each. */
export async function seedKeys(
  database: Database,
): Promise<{ readonly member: SeededKey; readonly account: SeededKey }> {
  await database.transaction(async (em) => {
    await em.insert(Organization, {
      ...{ id: 'org', name: 'Org', tier: 3, asOf: at, createdAt: at, updatedAt: at },
    });
    await em.insert(SubOrg, { id: 1, orgId: 'org', name: 'Sub', clerkId: 'sub', createdAt: at });
    await em.insert(Membership, {
      ...{ clerkOrgId: 'org', userId: 'u', role: 'admin', active: true, asOf: at },
    });
    await em.insert(ServiceAccount, {
      ...{ id: 'sa', orgId: 'org', name: 'CI', slug: 'ci', role: 'admin', isActive: true },
      roleMac: testRowMacs.make('service-account', ['sa', 'org', 'admin']),
      ...{ createdAt: at, updatedAt: at },
    });
  });
  return {
    member: await seedKey(database, 'key', { createdBy: 'u' }),
    account: await seedKey(database, 'account-key', { serviceAccountId: 'sa' }),
  };
}

async function seedKey(
  database: Database,
  id: string,
  owner: { readonly createdBy: string } | { readonly serviceAccountId: string },
): Promise<SeededKey> {
  const made = generateKey();
  const lookup = scheme.lookup(nobleHashing.sha256(made.key));
  const { prefix, first4, last4 } = made;
  await database.transaction(async (em) => {
    await em.insert(ApiKey, {
      ...{ id, dialect: 'reporisk', environment: 'live', orgId: 'org', subOrgId: 1, label: 'CI' },
      ...{ ...owner, createdAt: at, updatedAt: at },
    });
    await em.insert(ApiKeySecret, {
      ...{ lookup, keyId: id, scheme: scheme.id, seal: scheme.seal(id, 'org', lookup) ?? '' },
      ...{ prefix, first4, last4, createdAt: at },
    });
  });
  return { key: made.key, lookup };
}
