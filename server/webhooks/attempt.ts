import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import type { Encryption } from '../crypto/encryption.ts';
import type { Webhook } from '../database/entities/webhook.ts';
import type { TargetPolicy } from '../network/target-policy.ts';
import { answerText } from './answer.ts';
import { send } from './send.ts';
import { signatureOf } from './signature.ts';

/** Options of an attempt. */
export interface AttemptOptions {
  readonly encryption: Encryption;
  readonly targets: TargetPolicy;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly timer?: Clock['after'];
  /** Maximum milliseconds of an attempt. */
  readonly attemptTimeout?: number;
}

/** One request to an endpoint and its response, without any secret. */
export interface Attempt {
  readonly at: Date;
  readonly ended: Date;
  readonly durationMs: number;
  readonly url: string;
  /** The HTTP status; null when there was no response. */
  readonly status: number | null;
  /** Null when the endpoint accepted the message. */
  readonly error: string | null;
  readonly answer: string | null;
  readonly retryAfter: string | null;
}

/** A message's content: its id, the same for every repetition, and its body. */
export interface Outgoing {
  readonly eventId: string;
  readonly payload: string;
}

/**
 * Signs a message and sends it once to a webhook.
 *
 * @param signal - aborts the attempt.
 */
export async function attemptDelivery(
  webhook: Webhook,
  { eventId, payload }: Outgoing,
  signal: AbortSignal,
  options: AttemptOptions,
): Promise<Attempt> {
  const { encryption, targets, now } = options;
  const { timer = systemClock(false).after, attemptTimeout = 10_000 } = options;
  const at = new Date(now());
  const { url } = webhook;
  const secrets = signingSecrets(webhook, at, encryption);
  if (secrets.length === 0) {
    const error = 'the signing secret cannot be read: replace it';
    const nothing = { status: null, answer: null, retryAfter: null };
    return { at, ended: at, durationMs: 0, url, error, ...nothing };
  }
  const headers = {
    ...shownHeaders(eventId, at),
    'webhook-signature': signatureOf(eventId, at, payload, secrets),
  };
  const late = new AbortController();
  const cancel = timer(attemptTimeout, () => late.abort());
  const context = { targets, timer, signal: AbortSignal.any([signal, late.signal]) };
  const sent = await send({ url, headers, body: payload }, context).finally(cancel);
  const { status, error, retryAfter } = sent;
  const answer = answerText(sent.body, secrets);
  const ended = new Date(now());
  // The clock may have been set back during the attempt.
  const durationMs = Math.max(0, ended.getTime() - at.getTime());
  return { at, ended, durationMs, url, status, error, answer, retryAfter };
}

/** The headers of a request, except the signature. */
export function shownHeaders(eventId: string, at: Date): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'RepoRisk-Webhooks/1',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  };
}

/** The present secret, and the previous one until its end; unreadable ones are left out. */
function signingSecrets(webhook: Webhook, at: Date, encryption: Encryption): string[] {
  const { orgId, secret, previousSecret, previousSecretUntil } = webhook;
  const isChanging = previousSecret && previousSecretUntil && previousSecretUntil > at;
  return (isChanging ? [secret, previousSecret] : [secret]).flatMap((sealed) => {
    try {
      return [encryption.decrypt(sealed, orgId)];
    } catch {
      return [];
    }
  });
}
