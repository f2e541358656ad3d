import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { addressesOf, type TargetPolicy } from './target-policy.ts';

/** A message to be sent. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How an attempt went, in words that the endpoint's owner may read. */
export interface SendResult {
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** Null when the message was accepted. */
  readonly error: string | null;
}

/**
 * Sends a message once. Only a status of 2xx accepts it: redirects are not followed, and whatever
 * body comes back is not read.
 *
 * @param signal - ends the attempt.
 */
export async function send(
  message: Message,
  policy: TargetPolicy,
  signal: AbortSignal,
): Promise<SendResult> {
  try {
    const url = new URL(message.url);
    if (!policy.protocols.includes(url.protocol)) return unsent('the URL scheme is not permitted');
    // The name is resolved once: the connection goes to what was checked, whatever DNS says next.
    const { addresses, refused } = await unlessAborted(addressesOf(url, policy), signal);
    if (refused) return unsent('the host has an address that is not public');
    if (addresses.length === 0) return unsent('the host name has no address');
    const status = await post(url, message, addresses, signal);
    if (status >= 200 && status < 300) return { status, error: null };
    const isRedirect = status >= 300 && status < 400;
    return { status, error: isRedirect ? `HTTP ${status}: not followed` : `HTTP ${status}` };
  } catch (error) {
    return unsent(signal.aborted ? 'no answer in time' : reason(error));
  }
}

function unsent(error: string): SendResult {
  return { status: null, error };
}

function post(
  url: URL,
  { headers, body }: Message,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
    agent: false,
    lookup: answering(addresses),
    // Said, so that no variable of the environment says otherwise.
    rejectUnauthorized: true,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
    request.on('response', (response) => {
      response.on('error', () => {});
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    request.on('error', reject);
    request.on('close', () => reject(new Error('closed without an answer')));
    request.end(body);
  });
}

/** A lookup that knows one answer. */
function answering(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const [first = { address: '', family: 4 }] = all;
  return (_hostname, { all: wantsAll }, callback) => {
    if (wantsAll) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

/** Resolving a name cannot be aborted: only nobody waits for it any longer. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Node's own messages name addresses; these do not. */
function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (/CERT|TLS|SSL|SIGNATURE|EPROTO/.test(code)) return 'no trusted TLS connection';
  return 'connection failed';
}
