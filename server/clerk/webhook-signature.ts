import { timingSafeEqual } from 'node:crypto';
import type { Webhook } from 'standardwebhooks';

/** How old, or how far ahead, a message's time may be, in milliseconds. */
const webhookTolerance = 5 * 60_000;

/**
 * Verifies a Svix message (Standard Webhooks, as Clerk sends them) over its raw body. The package's
 * own check knows only the system's clock; here the time is injected.
 *
 * @param now - Unix milliseconds.
 * @returns the message's id, the same for every attempt to deliver it, or null when it is not signed
 * with the secret, or too old.
 */
export function verifyMessage(
  webhook: Webhook,
  headers: Headers,
  body: string,
  now: number,
): string | null {
  const signed = signatureIn(headers, now);
  if (signed === null) return null;
  const { id, sentAt, signatures } = signed;
  const expected = Buffer.from(webhook.sign(id, sentAt, body));
  // Several, while the secret is being rotated.
  const isSigned = signatures.split(' ').some((each) => {
    const given = Buffer.from(each);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isSigned ? id : null;
}

/**
 * What a message says of its signature.
 *
 * @returns null when no body can make it a signed one.
 */
export function signatureIn(headers: Headers, now: number) {
  const id = headers.get('svix-id');
  const seconds = headers.get('svix-timestamp');
  const signatures = headers.get('svix-signature');
  if (id === null || seconds === null || signatures === null) return null;
  if (!/^[\w.-]{1,255}$/.test(id) || !/^[1-9]\d{0,10}$/.test(seconds)) return null;
  const sentAt = new Date(Number(seconds) * 1000);
  return Math.abs(now - sentAt.getTime()) > webhookTolerance ? null : { id, sentAt, signatures };
}
