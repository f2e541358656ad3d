import { type LookupScheme, pepperedScheme } from '../../core/mod.ts';
import { createSealer, type Sealer } from '../crypto/encryption.ts';
import { fixedKey, type NamedKeys } from '../crypto/keyring.ts';
import { nodeHashing } from '../crypto/node-hashing.ts';
import type { EntityManager } from './entity-manager.ts';

/** Whose the encrypted peppers are. */
const owner = 'former secret';

interface FormerSecret {
  readonly name: string;
  readonly pepper: string;
}

/**
 * Keeps the pepper of a secret that is being replaced, and encrypts those of earlier ones under the next secret.
 *
 * @param em - the transaction's that goes over to the next secret.
 * @param sealer - reads what is there.
 */
export async function keepFormerSecret(
  em: EntityManager,
  sealer: Sealer,
  replaced: NamedKeys,
  next: NamedKeys,
): Promise<void> {
  const peppers = await readPeppers(em, sealer);
  peppers.set(replaced.name, Buffer.from(replaced.pepper).toString('base64'));
  // One that is in use again is no former one.
  peppers.delete(next.name);
  const under = createSealer(fixedKey(next.credential));
  await em.execute('delete from former_secret');
  for (const [name, pepper] of peppers) {
    await em.execute('insert into former_secret (name, pepper) values (?, ?)', [
      ...[name, under.seal(pepper, owner)],
    ]);
  }
}

/**
 * Every scheme that a secret may be stored under, also under a secret that is gone: what is looked up
 * to find out whether it is known. Verification asks for accepted ones only.
 *
 * @param accepted - of the secrets that this process knows.
 */
export async function everyScheme(
  em: EntityManager,
  accepted: readonly LookupScheme[],
  sealer: Sealer,
): Promise<readonly LookupScheme[]> {
  const known = new Set(accepted.map(({ id }) => id));
  const former = [...(await readPeppers(em, sealer))].filter(([name]) => !known.has(name));
  return [
    ...accepted,
    ...former.map(([, pepper]) => pepperedScheme(Buffer.from(pepper, 'base64'), nodeHashing)),
  ];
}

/** Peppers in base64 by the names of their secrets; a row that was written by hand is left out. */
async function readPeppers(em: EntityManager, sealer: Sealer): Promise<Map<string, string>> {
  const rows = await em.execute<FormerSecret[]>('select name, pepper from former_secret');
  const read = rows.flatMap(({ name, pepper }): [string, string][] => {
    try {
      return [[name, sealer.open(pepper, owner)]];
    } catch {
      return [];
    }
  });
  return new Map(read);
}
