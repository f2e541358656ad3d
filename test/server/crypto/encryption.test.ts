import { expect, test } from 'vitest';
import { secureRandom } from '../../../core/mod.ts';
import { createSealer } from '../../../server/crypto/encryption.ts';
import { fixedKey } from '../../../server/crypto/keyring.ts';

const key = (byte: number) => new Uint8Array(32).fill(byte);
const sealer = createSealer(fixedKey(key(1)), secureRandom);

test('seal() hides the secret, differently each time; open() gives it back', () => {
  const sealed = sealer.seal('whsec_geheim🔑', 'org_1');
  expect(sealed).not.toContain('geheim');
  expect(sealer.seal('whsec_geheim🔑', 'org_1')).not.toBe(sealed);
  expect(sealer.open(sealed, 'org_1')).toBe('whsec_geheim🔑');
  expect(sealed.startsWith(sealer.prefix())).toBe(true);
});

test('open() refuses another owner, altered text, and another key', () => {
  const sealed = sealer.seal('secret', 'org_1');
  expect(() => sealer.open(sealed, 'org_2')).toThrow();
  for (let index = sealer.prefix().length; index < sealed.length - 1; index++) {
    const other = sealed[index] === 'A' ? 'B' : 'A';
    const altered = sealed.slice(0, index) + other + sealed.slice(index + 1);
    expect(() => sealer.open(altered, 'org_1')).toThrow();
  }
  expect(() => sealer.open('', 'org_1')).toThrow();
  const stranger = createSealer(fixedKey(key(2)), secureRandom);
  expect(() => stranger.open(sealed, 'org_1')).toThrow('another SERVER_SECRET');
});

test('open() knows the previous key, and seal() uses the present one', () => {
  const sealed = sealer.seal('secret', 'org_1');
  const changing = createSealer(fixedKey(key(2), key(1)), secureRandom);
  expect(changing.open(sealed, 'org_1')).toBe('secret');
  expect(sealed.startsWith(changing.prefix())).toBe(false);
  expect(changing.seal('secret', 'org_1').startsWith(changing.prefix())).toBe(true);
});
