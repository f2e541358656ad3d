import { ConfigError } from '../config/config-error.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from './database.ts';
import type { EntityManager } from './entity-manager.ts';
import { assertNothingLeft } from './left-secrets.ts';

/** The epoch subject of a deployment's move to another secret. */
export const secretSubject = 'server-secret';

/** The name of the secret that signs new rows; null before the first start. */
async function readSecretInUse(em: EntityManager): Promise<string | null> {
  const [row] = await em.execute<{ name: string }[]>('select name from secret_in_use');
  return row?.name ?? null;
}

/**
 * Moves to the secret that the database has in use. A database without one is claimed for the
 * secret under which its keys were issued.
 *
 * @param onlyReads - true to claim nothing.
 * @returns whether the secret changed.
 * @throws {ConfigError} when this process does not know the secret: its rows would be refused.
 */
export async function followSecretInUse(
  database: Database,
  keyring: Keyring,
  onlyReads = false,
): Promise<boolean> {
  const before = keyring.isKnown() ? keyring.current().name : null;
  const known = await readSecretInUse(database.read());
  const name = known ?? (onlyReads ? (before ?? '') : await claim(database, keyring));
  if (keyring.use(name)) return name !== before;
  throw new ConfigError(
    'SERVER_SECRET is not the one that this database is used with: it takes that one, or a new one ' +
      'with that one in SERVER_SECRET_PREVIOUS',
  );
}

async function claim(database: Database, keyring: Keyring): Promise<string> {
  await assertNothingLeft(database.read(), keyring, new Date());
  return database.transaction(async (em) => {
    await em.execute(
      'insert into secret_in_use (one, name) values (?, ?) on conflict (one) do nothing',
      [database.dialect.true, keyring.current().name],
    );
    return (await readSecretInUse(em)) ?? keyring.current().name;
  });
}
