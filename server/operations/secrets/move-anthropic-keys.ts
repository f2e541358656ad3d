import { anthropicKeyFields, ownerOf } from '../../anthropic/stored-key.ts';
import { AnthropicKey } from '../../database/entities/anthropic-key.ts';
import type { Services } from '../operation.ts';

/** The moved rows, and the organizations whose key no known secret reads. */
export interface MovedKeys {
  readonly moved: number;
  readonly unreadable: readonly string[];
}

/** Moves each organization's Anthropic key, and its MAC, to the secret in use. */
export async function moveAnthropicKeys({
  database,
  encryption,
  logger,
}: Pick<Services, 'database' | 'encryption'> & {
  readonly logger: Pick<Services['logger'], 'error'>;
}): Promise<MovedKeys> {
  const others = await database
    .read()
    .find(AnthropicKey, { $not: { secret: { $like: `${encryption.prefix()}%` } } });
  const unreadable: string[] = [];
  let moved = 0;

  /** @returns null for an unreadable row. */
  function remake(row: AnthropicKey): Pick<AnthropicKey, 'secret' | 'mac'> | null {
    const { orgId, mac } = row;
    if (!database.rowMacs.verify('anthropic-key', anthropicKeyFields(row), mac, orgId)) return null;
    try {
      const raw = encryption.decrypt(row.secret, ownerOf(orgId));
      const secret = encryption.encrypt(raw, ownerOf(orgId));
      const fields = anthropicKeyFields({ ...row, secret });
      return { secret, mac: database.rowMacs.make('anthropic-key', fields) };
    } catch (error) {
      logger.error({ err: error, orgId }, 'an Anthropic key cannot be read: set it again');
      return null;
    }
  }

  for (const row of others) {
    const values = remake(row);
    const { orgId, version, secret } = row;
    if (values === null) {
      unreadable.push(orgId);
      continue;
    }
    // Unless it was replaced after the read.
    const where = { orgId, version, secret };
    moved += await database.transaction((em) => em.nativeUpdate(AnthropicKey, where, values));
  }
  return { moved, unreadable };
}
