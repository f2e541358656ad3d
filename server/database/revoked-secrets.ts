import { batches } from './batches.ts';
import type { EntityManager } from './entity-manager.ts';

/** A revoked secret whose key is not in this database. */
interface RevokedSecret {
  readonly lookup: string;
  readonly reason: string | null;
}

/** Values per statement. */
const batchSize = 200;

/**
 * Records a revoked secret under every lookup value that it may be stored under: an import then
 * cannot restore it.
 *
 * @param em - the transaction's.
 * @returns whether any value was new.
 */
export async function rememberRevoked(
  em: EntityManager,
  lookups: readonly string[],
  keyId: string,
  reason: string | null,
): Promise<boolean> {
  let isNew = false;
  for (const lookup of lookups) {
    const written = await em.execute<unknown[]>(
      `insert into revoked_secret (lookup, key_id, reason) values (?, ?, ?)
       on conflict (lookup) do nothing returning lookup`,
      [lookup, keyId, reason],
    );
    isNew ||= written.length > 0;
  }
  return isNew;
}

/**
 * Finds recorded revocations among these secrets.
 *
 * @param secrets - the lookup values of each, as in `keysBySecret`.
 * @returns each secret's revocation reason; undefined where there is none.
 */
export async function revokedSecrets(
  em: EntityManager,
  secrets: readonly (readonly string[])[],
): Promise<({ readonly reason: string | null } | undefined)[]> {
  const found = new Map<string, RevokedSecret>();
  for (const some of batches(secrets, batchSize)) {
    const lookups = some.flat();
    const places = lookups.map(() => '?').join(', ');
    const rows = await em.execute<RevokedSecret[]>(
      `select lookup, reason from revoked_secret where lookup in (${places})`,
      lookups,
    );
    for (const row of rows) found.set(row.lookup, row);
  }
  return secrets.map((lookups) =>
    lookups.map((lookup) => found.get(lookup)).find((row) => row !== undefined),
  );
}
