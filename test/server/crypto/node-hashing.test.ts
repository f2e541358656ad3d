import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Mac, nobleHashing, pepperedScheme } from '../../../core/mod.ts';
import { nodeHashing } from '../../../server/crypto/node-hashing.ts';
import { anyKey } from '../../support/keys.ts';

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
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const bytes = fc
    .uint8Array({ maxLength: 900 })
    .map((array) => Buffer.from(array).toString('hex'));
  const message = fc.oneof(
    fc.record({ text, encoding: fc.constant<'utf8'>('utf8') }),
    fc.record({ text: bytes, encoding: fc.constant<'hex'>('hex') }),
    fc.constant({ text: '\ud800 alone', encoding: 'utf8' as const }),
  );
  const messages = fc.array(message, { maxLength: 4 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 150 }), messages, (key, all) => {
      const node = nodeHashing.hmacSha256(key);
      const noble = nobleHashing.hmacSha256(key);
      const by = (mac: Mac) => all.map((each) => mac(each.text, each.encoding));
      expect(by(node)).toEqual(by(noble));
    }),
  );
});

test('nodeHashing.hmacSha256() does not keep its key', () => {
  const key = new Uint8Array(32).fill(7);
  const mac = nodeHashing.hmacSha256(key);
  const before = mac('abc', 'utf8');
  key.fill(0);
  expect(mac('abc', 'utf8')).toBe(before);
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
