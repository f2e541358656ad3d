import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Clock } from '../clock/clock.ts';
import { connectionError } from '../network/connection-error.ts';
import { pinnedLookup } from '../network/pinned-lookup.ts';
import { addressesOf, type TargetPolicy } from '../network/target-policy.ts';
import { readBeginning } from './answer.ts';

/** A message to send. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The result of an attempt, in words that the endpoint's owner may read. */
export interface SendResult {
  /** The HTTP status; null when there was no response. */
  readonly status: number | null;
  /** Null when the endpoint accepted the message. */
  readonly error: string | null;
  /** The first bytes of the response's body, unchanged. */
  readonly body: Uint8Array;
  /** The `Retry-After` of the response. */
  readonly retryAfter: string | null;
}

/** The context of an attempt. */
export interface SendContext {
  readonly targets: TargetPolicy;
  readonly timer: Clock['after'];
  /** Aborts the attempt. */
  readonly signal: AbortSignal;
}

/**
 * Sends a message once. Only a status of 2xx accepts it: redirects are not followed, and only the
 * first bytes of a response's body are read.
 */
export async function send(message: Message, context: SendContext): Promise<SendResult> {
  const { targets, signal } = context;
  try {
    const url = new URL(message.url);
    if (!targets.protocols.includes(url.protocol)) return unsent('the URL scheme is not permitted');
    // The name is resolved once: the connection goes to the checked addresses, even if DNS changes.
    const { addresses, refused } = await unlessAborted(addressesOf(url, targets), signal);
    if (refused) return unsent('the host has an address that is not public');
    if (addresses.length === 0) return unsent('the host name has no address');
    const answer = await post(url, message, addresses, context);
    return { ...answer, error: refusal(answer.status) };
  } catch (error) {
    return unsent(signal.aborted ? 'no answer in time' : connectionError(error));
  }
}

function unsent(error: string): SendResult {
  return { status: null, error, body: new Uint8Array(), retryAfter: null };
}

/** The reason why a status does not accept a message; null when it does. */
function refusal(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? `HTTP ${status}: not followed` : `HTTP ${status}`;
}

type Answer = Omit<SendResult, 'error'> & { readonly status: number };

function post(
  url: URL,
  { headers, body }: Message,
  addresses: readonly string[],
  { signal, timer }: SendContext,
): Promise<Answer> {
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
    agent: false,
    lookup: pinnedLookup(addresses),
    // Explicit: an environment variable could otherwise disable it.
    rejectUnauthorized: true,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const retryAfter = headers['retry-after'] ?? null;
      const answered = readBeginning(response, timer);
      void answered.then(() => request.destroy());
      resolve(answered.then((beginning) => ({ status, retryAfter, body: beginning })));
    });
    request.on('error', reject);
    request.on('close', () => reject(new Error('closed without an answer')));
    request.end(body);
  });
}

/** Name resolution cannot be aborted: on abort, its result is ignored. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
