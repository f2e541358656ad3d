import { ConfigError } from '../config/config-error.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from './database.ts';
import type { EntityManager } from './entity-manager.ts';
import { assertNothingLeft } from './left-secrets.ts';

/** The subject that an epoch names when the deployment went over to another secret. */
export const secretSubject = 'server-secret';

/** The name of the secret that everything new is written under; null before the first start. */
async function readSecretInUse(em: EntityManager): Promise<string | null> {
  const [row] = await em.execute<{ name: string }[]>('select name from secret_in_use');
  return row?.name ?? null;
}

/**
 * Goes over to the secret that the database says is in use. A database that says nothing yet is
 * claimed for the secret that its keys were issued under.
 *
 * @param onlyReads - true to claim nothing.
 * @returns whether it is another one than before.
 * @throws {ConfigError} when this process does not know it: whatever it wrote would be refused.
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
