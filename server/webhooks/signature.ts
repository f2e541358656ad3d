import { createHmac } from 'node:crypto';
import type { RandomSource } from '../../core/mod.ts';

const prefix = 'whsec_';

/** A new signing secret as Standard Webhooks has them: `whsec_` and 32 bytes in base64. */
export function newSigningSecret(random: RandomSource): string {
  return prefix + Buffer.from(random(32)).toString('base64');
}

/**
 * The headers that a message is sent with (Standard Webhooks): id, time, and a signature under each
 * secret, so that a receiver may know either while one replaces the other.
 *
 * @param id - the same for every attempt: a receiver knows a repetition by it.
 * @param at - Unix milliseconds of this attempt.
 * @param secrets - `whsec_…`, the present one first.
 */
export function signedHeaders(
  id: string,
  at: number,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
