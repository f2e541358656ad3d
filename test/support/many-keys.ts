import { generateKey, nobleHashing } from '../../core/mod.ts';
import { ApiKey } from '../../server/database/entities/api-key.ts';
import { ApiKeySecret } from '../../server/database/entities/api-key-secret.ts';
import { type TestServer, testScheme } from './server.ts';

/**
 * Keys of the demo's parent org by the thousand, written beside the API: `key_0`, `key_1`, ….
 *
 * @returns their secrets, which work.
 */
export async function insertKeys(
  { database, services }: Pick<TestServer, 'database' | 'services'>,
  count: number,
  subOrgId: number | null = null,
): Promise<string[]> {
  const now = new Date(services.now());
  const orgId = 'org_demo_acme';
  const made = Array.from({ length: count }, (_, index) => ({
    ...generateKey({ environment: 'live' }),
    id: `key_${index}`,
  }));
  const createdBy = 'user_demo_parent_admin';
  const key = { dialect: 'reporisk', environment: 'live', label: 'CI', createdBy } as const;
  await database.transaction(async (em) => {
    await em.insertMany(
      ApiKey,
      made.map(({ id }) => ({ ...key, id, orgId, subOrgId, createdAt: now, updatedAt: now })),
    );
    await em.insertMany(
      ApiKeySecret,
      made.map(({ id, key: raw, prefix, first4, last4 }) => {
        const lookup = testScheme.lookup(nobleHashing.sha256(raw));
        const seal = testScheme.seal(id, orgId, lookup) ?? '';
        const secret = { lookup, keyId: id, seal, scheme: testScheme.id, prefix, first4, last4 };
        return { ...secret, createdAt: now, retiresAt: null };
      }),
    );
  });
  return made.map(({ key: raw }) => raw);
}
