import type { EntityManager } from '../../database/database.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';

/** How many lookup values go into one statement. */
const batchSize = 200;

/** The keys whose secrets are stored under these lookup values. */
export async function keysByLookup(
  em: EntityManager,
  lookups: readonly string[],
): Promise<Map<string, ApiKey>> {
  const known = new Map<string, ApiKey>();
  for (let start = 0; start < lookups.length; start += batchSize) {
    const part = lookups.slice(start, start + batchSize);
    const secrets = await em.find(ApiKeySecret, { lookup: { $in: part } });
    const ids = secrets.map(({ keyId }) => keyId);
    const keys = await em.find(ApiKey, { id: { $in: ids } });
    const byId = new Map(keys.map((key) => [key.id, key]));
    for (const { lookup, keyId } of secrets) {
      const key = byId.get(keyId);
      if (key !== undefined) known.set(lookup, key);
    }
  }
  return known;
}

/** Whether a known key is what an import would make again: the same owner's, imported and not revoked. */
export function isKeyOf(key: ApiKey, orgId: string, subOrgId: number | null): boolean {
  return (
    key.imported && !key.revokedAt && key.orgId === orgId && (key.subOrgId ?? null) === subOrgId
  );
}

/** The key of a secret that may be stored under any of several lookup values. */
export function keyUnder(
  known: ReadonlyMap<string, ApiKey>,
  lookups: readonly string[],
): ApiKey | undefined {
  return lookups.map((lookup) => known.get(lookup)).find((key) => key !== undefined);
}
