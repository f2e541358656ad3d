import { type RandomSource, secureRandom } from '../../core/mod.ts';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { createEncryption } from '../../server/crypto/encryption.ts';
import { createKeyring } from '../../server/crypto/keyring.ts';
import { createRowMacs } from '../../server/crypto/row-macs.ts';

/** The secret of every test server. */
export const testSecret = new Uint8Array(32).fill(7);
export const testKeyring = createKeyring(testSecret, null);

/** The MACs of every test server's rows. */
export const testRowMacs = createRowMacs(testKeyring.key('pepper'), () => {});

/** The encryption of every test server. */
export const testEncryption = (random: RandomSource = secureRandom) =>
  createEncryption(testKeyring.key('credential'), random);

/**
 * The services of a process that knows these secrets and uses the first; dispose of its database.
 */
export async function processKnowing(url: string, secret: Uint8Array, previous: Uint8Array | null) {
  const keyring = createKeyring(secret, previous);
  keyring.use(keyring.accepted[0]?.name ?? '');
  const forged: unknown[] = [];
  const errors: unknown[] = [];
  const onForgedRow = (row: unknown) => void forged.push(row);
  const database = await openAuditedDatabase(url, { keyring, onForgedRow });
  const encryption = createEncryption(keyring.key('credential'), secureRandom);
  const logger = { error: (details: unknown) => void errors.push(details) };
  const schemes = keyring.accepted.map(({ scheme }) => scheme);
  return { database, keyring, scheme: keyring.scheme, schemes, encryption, logger, forged, errors };
}
