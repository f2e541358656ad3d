import { batches } from '../database/batches.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { ApiKeySecret } from '../database/entities/api-key-secret.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** Secrets per statement. */
const batchSize = 200;

/**
 * Finds the keys of secrets that may each be stored under several lookup values.
 *
 * @param secrets - the lookup values of each secret. All values of one secret go into one
 * statement: a secret that moves between two of them is found under either.
 * @returns each secret's key; undefined where there is none.
 */
export async function keysBySecret(
  em: EntityManager,
  secrets: readonly (readonly string[])[],
): Promise<(ApiKey | undefined)[]> {
  const known = new Map<string, ApiKey>();
  for (const some of batches(secrets, batchSize)) {
    const lookups = some.flat();
    const rows = await em.find(
      ApiKeySecret,
      { lookup: { $in: lookups } },
      { disableIdentityMap: true },
    );
    const keys = await em.find(ApiKey, { id: { $in: rows.map(({ keyId }) => keyId) } });
    const byId = new Map(keys.map((key) => [key.id, key]));
    for (const { lookup, keyId } of rows) {
      const key = byId.get(keyId);
      if (key !== undefined) known.set(lookup, key);
    }
  }
  return secrets.map((lookups) =>
    lookups.map((lookup) => known.get(lookup)).find((key) => key !== undefined),
  );
}

/** Whether an import would create the same key: same owner, and imported. */
export function isKeyOf(key: ApiKey, orgId: string, subOrgId: number | null): boolean {
  return key.imported && key.orgId === orgId && (key.subOrgId ?? null) === subOrgId;
}
