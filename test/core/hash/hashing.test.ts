import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constantTimeEqual, nobleHashing } from '../../../core/mod.ts';
import { anyCharacter } from '../../support/text.ts';
import { vectors } from '../../support/vectors.ts';

test.each(vectors.valid)('nobleHashing.sha256() of $key', ({ key, sha256 }) => {
  expect(nobleHashing.sha256(key)).toBe(sha256);
});

test("nobleHashing.sha256() agrees with the runtime's own on any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(nobleHashing.sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
    }),
  );
});

test("nobleHashing.hmacSha256() agrees with the runtime's own, message after message", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes, fc.array(bytes, { maxLength: 4 }), (key, messages) => {
      const mac = nobleHashing.hmacSha256(key);
      for (const message of messages) {
        const own = createHmac('sha256', key).update(message).digest('hex');
        expect(mac(Buffer.from(message).toString('hex'), 'hex')).toBe(own);
      }
    }),
  );
});

test('nobleHashing.hmacSha256() takes a text by its UTF-8 bytes', () => {
  const key = new Uint8Array(32).fill(7);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const own = createHmac('sha256', key).update(text).digest('hex');
      expect(nobleHashing.hmacSha256(key)(text, 'utf8')).toBe(own);
    }),
  );
});

test('nobleHashing.hmacSha256() does not keep its key', () => {
  const key = new Uint8Array(32).fill(7);
  const mac = nobleHashing.hmacSha256(key);
  const before = mac('abc', 'utf8');
  key.fill(0);
  expect(mac('abc', 'utf8')).toBe(before);
});

test('constantTimeEqual() is equality', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (a, b) => {
      expect(constantTimeEqual(a, b)).toBe(a === b);
      expect(constantTimeEqual(a, `${a}`)).toBe(true);
      expect(constantTimeEqual(a, a + b)).toBe(b === '');
    }),
  );
});

test('constantTimeEqual() sees one differing bit anywhere', () => {
  const digest = nobleHashing.sha256('abc');
  for (let at = 0; at < digest.length; at++) {
    const other = String.fromCharCode(digest.charCodeAt(at) ^ 1);
    expect(constantTimeEqual(digest, digest.slice(0, at) + other + digest.slice(at + 1))).toBe(
      false,
    );
  }
});
