import { Webhook } from 'standardwebhooks';
import type { RandomSource } from '../../core/mod.ts';

/** A new signing secret in Standard Webhooks' format: `whsec_` and 32 bytes in base64. */
export function newSigningSecret(random: RandomSource): string {
  return `whsec_${Buffer.from(random(32)).toString('base64')}`;
}

/**
 * The `webhook-signature` of a message (Standard Webhooks): one signature per secret, so a receiver
 * may use either during a rotation.
 *
 * @param id - the message's `webhook-id`.
 * @param at - the time in its `webhook-timestamp`.
 * @param secrets - `whsec_…`, the present one first.
 */
export function signatureOf(
  id: string,
  at: Date,
  body: string,
  secrets: readonly string[],
): string {
  return secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' ');
}
