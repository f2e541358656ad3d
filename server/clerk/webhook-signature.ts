import { timingSafeEqual } from 'node:crypto';
import type { Webhook } from 'standardwebhooks';
import { minute } from '../clock/durations.ts';

/** Maximum difference of a message's time from now, past or future, in milliseconds. */
const webhookTolerance = 5 * minute;

/**
 * Verifies a Svix message (Standard Webhooks, as Clerk sends them) over its raw body. The package's
 * check reads the system's clock; here the time is injected.
 *
 * @param now - Unix milliseconds.
 * @returns the message's id, the same for every attempt to deliver it, or null when it is not
 * signed with the secret, or too old.
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
  // There are several signatures during a rotation of the secret.
  const isSigned = signatures.split(' ').some((each) => {
    const given = Buffer.from(each);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isSigned ? id : null;
}

/**
 * Reads a message's signature headers.
 *
 * @returns null when no body can match them.
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
