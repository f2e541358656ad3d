import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newSigningSecret, signatureOf } from '../../../server/webhooks/signature.ts';

/** Standard Webhooks to the letter: HMAC-SHA-256 over `id.timestamp.body`, in base64. */
function specified(id: string, at: Date, body: string, key: Uint8Array): string {
  const signed = `${id}.${Math.floor(at.getTime() / 1000)}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

test('signatureOf() signs as Standard Webhooks says, under each secret, to the byte', () => {
  const message = fc.record({
    id: fc.string(),
    at: fc.date({ min: new Date(0), noInvalidDate: true }),
    body: fc.string({ unit: 'grapheme' }),
    keys: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 2 }),
  });
  fc.assert(
    fc.property(message, ({ id, at, body, keys }) => {
      const secrets = keys.map((key) => newSigningSecret(() => key));
      const expected = keys.map((key) => specified(id, at, body, key)).join(' ');
      expect(signatureOf(id, at, body, secrets)).toBe(expected);
    }),
  );
});
