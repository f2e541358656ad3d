import { expect, test } from 'vitest';
import { secureRandom } from '../../../core/mod.ts';
import { createEncryption } from '../../../server/crypto/encryption.ts';
import { fixedKey } from '../../../server/crypto/keyring.ts';

const key = (byte: number) => new Uint8Array(32).fill(byte);
const encryption = createEncryption(fixedKey(key(1)), secureRandom);

test('seal() hides the secret, differently each time; open() gives it back', () => {
  const sealed = encryption.encrypt('whsec_geheim🔑', 'org_1');
  expect(sealed).not.toContain('geheim');
  expect(encryption.encrypt('whsec_geheim🔑', 'org_1')).not.toBe(sealed);
  expect(encryption.decrypt(sealed, 'org_1')).toBe('whsec_geheim🔑');
  expect(sealed.startsWith(encryption.prefix())).toBe(true);
});

test('open() refuses another owner, altered text, and another key', () => {
  const sealed = encryption.encrypt('secret', 'org_1');
  expect(() => encryption.decrypt(sealed, 'org_2')).toThrow();
  for (let index = encryption.prefix().length; index < sealed.length - 1; index++) {
    const other = sealed[index] === 'A' ? 'B' : 'A';
    const altered = sealed.slice(0, index) + other + sealed.slice(index + 1);
    expect(() => encryption.decrypt(altered, 'org_1')).toThrow();
  }
  expect(() => encryption.decrypt('', 'org_1')).toThrow();
  const stranger = createEncryption(fixedKey(key(2)), secureRandom);
  expect(() => stranger.decrypt(sealed, 'org_1')).toThrow('another SERVER_SECRET');
});

test('open() knows the previous key, and seal() uses the present one', () => {
  const sealed = encryption.encrypt('secret', 'org_1');
  const changing = createEncryption(fixedKey(key(2), key(1)), secureRandom);
  expect(changing.decrypt(sealed, 'org_1')).toBe('secret');
  expect(sealed.startsWith(changing.prefix())).toBe(false);
  expect(changing.encrypt('secret', 'org_1').startsWith(changing.prefix())).toBe(true);
});
