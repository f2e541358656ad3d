import { type RandomSource, secureRandom } from '../../core/mod.ts';
import { anthropicKeyFields, ownerOf } from '../../server/anthropic/stored-key.ts';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { createEncryption } from '../../server/crypto/encryption.ts';
import { createKeyring } from '../../server/crypto/keyring.ts';
import { createRowMacs } from '../../server/crypto/row-macs.ts';
import type { Database } from '../../server/database/database.ts';
import { AnthropicKey } from '../../server/database/entities/anthropic-key.ts';
import { previewOfAnthropicKey } from '../../server/operations/anthropic-key/api-key-field.ts';

/** The secret of every test server. */
export const testSecret = new Uint8Array(32).fill(7);
export const testKeyring = createKeyring(testSecret, null);

/** The MACs of every test server's rows. */
export const testRowMacs = createRowMacs(testKeyring.key('pepper'), () => {});

/** The encryption of every test server. */
export const testEncryption = (random: RandomSource = secureRandom) =>
  createEncryption(testKeyring.key('credential'), random);

/** Stores an organization's Anthropic key, as a test server does. */
export async function storeAnthropicKey(
  database: Database,
  orgId: string,
  apiKey: string,
): Promise<void> {
  const key = {
    ...{ orgId, version: `ak_${orgId}`, setBy: 'user_demo_parent_admin' },
    secret: testEncryption().encrypt(apiKey, ownerOf(orgId)),
  };
  const at = new Date('2026-01-02T03:04:05.678Z');
  await database.transaction((em) =>
    em.insert(AnthropicKey, {
      ...{ ...key, preview: previewOfAnthropicKey(apiKey), setAt: at, checkedAt: at },
      mac: testRowMacs.make('anthropic-key', anthropicKeyFields(key)),
      ...{ isWorking: true, fault: null },
    }),
  );
}

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
