import { type RandomSource, secureRandom } from '../../core/mod.ts';
import { createKeyring } from '../../server/crypto/keyring.ts';
import { createRowMacs } from '../../server/crypto/row-macs.ts';
import { createSealer } from '../../server/sealing.ts';

/** The secret of every test server. */
export const testSecret = new Uint8Array(32).fill(7);
export const testKeyring = createKeyring(testSecret, null);

/** The MACs of every test server's rows. */
export const testRowMacs = createRowMacs(testKeyring.key('pepper'), () => {});

/** What every test server encrypts with. */
export const testSealer = (random: RandomSource = secureRandom) =>
  createSealer(testKeyring.key('credential'), random);
