import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Hashing, nobleHashing, pepperedScheme, sha256Scheme } from '../../../core/mod.ts';

const pepper = new Uint8Array(32).fill(7);
const digest = nobleHashing.sha256('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_40JkEW');
const scheme = pepperedScheme(pepper);
const lookup = scheme.lookup(digest);
const hmac = (message: string | Uint8Array) =>
  createHmac('sha256', pepper).update(message).digest('hex');

test('sha256Scheme looks a key up by its digest and seals nothing', () => {
  expect(sha256Scheme.id).toBe('sha256');
  expect(sha256Scheme.lookup(digest)).toBe(digest);
  expect(sha256Scheme.seal('key_1', 'org_1', digest)).toBeNull();
});

test('pepperedScheme() looks a key up by HMAC-SHA-256 over the 32 bytes of its digest', () => {
  expect(lookup).toBe(hmac(Buffer.from(digest, 'hex')));
});

test('pepperedScheme() seals key id, organization id and lookup value', () => {
  expect(scheme.seal('key_1', 'org_1', lookup)).toBe(hmac(`key_1\0org_1\0${lookup}`));
});

test('pepperedScheme() seals differently whatever differs', () => {
  const id = fc.string({ unit: 'grapheme-ascii', minLength: 1 });
  fc.assert(
    fc.property(id, id, id, id, (keyA, orgA, keyB, orgB) => {
      const same = keyA === keyB && orgA === orgB;
      expect(scheme.seal(keyA, orgA, lookup) === scheme.seal(keyB, orgB, lookup)).toBe(same);
    }),
  );
  expect(scheme.seal('ab', 'c', lookup)).not.toBe(scheme.seal('a', 'bc', lookup));
  expect(scheme.seal('a', 'b', lookup)).not.toBe(scheme.seal('a', 'b', digest));
});

test('pepperedScheme() uses its pepper for messages of lengths that never meet', () => {
  const lengths: number[] = [];
  const counting: Hashing = {
    ...nobleHashing,
    hmacSha256: (key) => {
      const mac = nobleHashing.hmacSha256(key);
      return (message, encoding) => {
        lengths.push(Buffer.from(message, encoding).length);
        return mac(message, encoding);
      };
    },
  };
  const counted = pepperedScheme(pepper, counting);
  counted.seal('k', 'o', counted.lookup(digest));
  expect(lengths).toEqual([9, 32, 68]);
});

test('pepperedScheme() has an id that names its pepper', () => {
  expect(scheme.id).toBe(hmac('pepper id').slice(0, 8));
  expect(pepperedScheme(new Uint8Array(32).fill(8)).id).not.toBe(scheme.id);
});

test('pepperedScheme() refuses a pepper of fewer than 32 bytes', () => {
  expect(() => pepperedScheme(new Uint8Array(31))).toThrow(TypeError);
});

test.each(['', 'ab', digest.toUpperCase(), `${digest}00`, `${digest}\n`, 'g'.repeat(64)])(
  'lookup() and seal() refuse what is no digest: %j',
  (text) => {
    expect(() => sha256Scheme.lookup(text)).toThrow(TypeError);
    expect(() => scheme.lookup(text)).toThrow(TypeError);
    expect(() => scheme.seal('key_1', 'org_1', text)).toThrow(TypeError);
  },
);

test.each([
  ['', 'org_1'],
  ['key_1', ''],
  ['key\0', 'org_1'],
  ['key_1', 'o\0rg'],
])(
  'seal() refuses the ids %j and %j: the separator would be ambiguous',
  (keyId, organizationId) => {
    expect(() => scheme.seal(keyId, organizationId, lookup)).toThrow(TypeError);
  },
);
