import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nobleHashing, pepperedScheme } from '../../core/mod.ts';
import { nodeHashing } from '../../server/node-hashing.ts';
import { anyKey } from '../support/keys.ts';

test('nodeHashing.sha256() agrees with the portable one on any text', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.constant('\ud800 alone')),
      (text) => {
        expect(nodeHashing.sha256(text)).toBe(nobleHashing.sha256(text));
      },
    ),
  );
});

test('nodeHashing.hmacSha256() agrees with the portable one, message after message', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 150 }), messages, (key, all) => {
      const node = nodeHashing.hmacSha256(key);
      const noble = nobleHashing.hmacSha256(key);
      const macs = all.map(node);
      expect(macs.map(hex)).toEqual(all.map(noble).map(hex));
    }),
  );
});

test('nodeHashing.hmacSha256() does not keep its key', () => {
  const key = new Uint8Array(32).fill(7);
  const mac = nodeHashing.hmacSha256(key);
  const before = hex(mac(key.slice()));
  const message = key.slice();
  key.fill(0);
  expect(hex(mac(message))).toBe(before);
});

test('a scheme on nodeHashing finds what one on the portable hashing stored', () => {
  const pepper = new Uint8Array(32).fill(9);
  const [node, noble] = [pepperedScheme(pepper, nodeHashing), pepperedScheme(pepper)];
  expect(node.id).toBe(noble.id);
  fc.assert(
    fc.property(anyKey, (key) => {
      const lookup = node.lookup(nodeHashing.sha256(key));
      expect(lookup).toBe(noble.lookup(nobleHashing.sha256(key)));
      expect(node.seal('key_1', 'org_1', lookup)).toBe(noble.seal('key_1', 'org_1', lookup));
    }),
  );
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
