import { type LookupScheme, pepperedScheme } from '../../core/mod.ts';
import { createEncryption, type Encryption } from '../crypto/encryption.ts';
import { fixedKey, type NamedKeys } from '../crypto/keyring.ts';
import { nodeHashing } from '../crypto/node-hashing.ts';
import type { EntityManager } from './entity-manager.ts';

/** The owner that the encrypted peppers are bound to. */
const owner = 'former secret';

interface FormerSecret {
  readonly name: string;
  readonly pepper: string;
}

/**
 * Keeps the pepper of a secret that is being replaced, and encrypts those of earlier ones under the
 * next secret.
 *
 * @param em - of the transaction that moves to the next secret.
 * @param encryption - decrypts the stored peppers.
 */
export async function keepFormerSecret(
  em: EntityManager,
  encryption: Encryption,
  replaced: NamedKeys,
  next: NamedKeys,
): Promise<void> {
  const peppers = await readPeppers(em, encryption);
  peppers.set(replaced.name, Buffer.from(replaced.pepper).toString('base64'));
  // A secret that returns to use is not a former one.
  peppers.delete(next.name);
  const under = createEncryption(fixedKey(next.credential));
  await em.execute('delete from former_secret');
  for (const [name, pepper] of peppers) {
    await em.execute('insert into former_secret (name, pepper) values (?, ?)', [
      ...[name, under.encrypt(pepper, owner)],
    ]);
  }
}

/**
 * Every scheme that a secret may be stored under, including those of secrets that are gone: for the
 * lookup whether a secret is known. Verification uses accepted schemes only.
 *
 * @param accepted - of the secrets that this process knows.
 */
export async function everyScheme(
  em: EntityManager,
  accepted: readonly LookupScheme[],
  encryption: Encryption,
): Promise<readonly LookupScheme[]> {
  const known = new Set(accepted.map(({ id }) => id));
  const former = [...(await readPeppers(em, encryption))].filter(([name]) => !known.has(name));
  return [
    ...accepted,
    ...former.map(([, pepper]) => pepperedScheme(Buffer.from(pepper, 'base64'), nodeHashing)),
  ];
}

/** Peppers in base64 by the names of their secrets; a row that was written by hand is left out. */
async function readPeppers(
  em: EntityManager,
  encryption: Encryption,
): Promise<Map<string, string>> {
  const rows = await em.execute<FormerSecret[]>('select name, pepper from former_secret');
  const read = rows.flatMap(({ name, pepper }): [string, string][] => {
    try {
      return [[name, encryption.decrypt(pepper, owner)]];
    } catch {
      return [];
    }
  });
  return new Map(read);
}
