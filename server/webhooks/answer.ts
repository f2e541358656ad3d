import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock/clock.ts';
import { withoutKeys } from '../wire/keys-in-text.ts';
import { withoutInvisible } from '../wire/names.ts';

/** Stored bytes of a response. */
const keptSize = 2_048;

/** Bytes to read: a secret that begins in the stored part is complete, and can be found. */
const readSize = 2 * keptSize;

/** Milliseconds for a body after its headers; the status counts even if the body fails. */
const bodyTimeout = 2_000;

/** The first bytes of a response's body: all that arrives until its end, 4 KB or two seconds. */
export function readBeginning(
  response: IncomingMessage,
  timer: Clock['after'],
): Promise<Uint8Array> {
  // One buffer: a chunk of one byte may hold a whole slab of memory.
  const read = Buffer.alloc(readSize);
  let size = 0;
  return new Promise((resolve) => {
    const cancel = timer(bodyTimeout, end);
    function end() {
      cancel();
      response.destroy();
      resolve(read.subarray(0, size));
    }
    response.on('data', (chunk: Buffer) => {
      size += chunk.copy(read, size);
      if (size === readSize) end();
    });
    response.on('end', end);
    response.on('error', end);
    response.on('close', end);
  });
}

/**
 * The stored form of a response: the first 2 KB as text, without keys, signatures and signing
 * secrets that the endpoint repeats, and without invisible characters.
 *
 * @param secrets - the signing secrets of the request.
 * @returns null when the response had no body.
 */
export function answerText(beginning: Uint8Array, secrets: readonly string[]): string | null {
  if (beginning.length === 0) return null;
  let text = new TextDecoder().decode(beginning);
  text = text.replace(signingSecret, hidden).replace(signature, '[signature]');
  for (const secret of secrets.flatMap(spellings)) text = text.replaceAll(secret, hidden);
  text = withoutKeys(text);
  const kept = new TextEncoder().encode(text).subarray(0, keptSize);
  // A character that the cut splits is dropped.
  const whole = new TextDecoder().decode(kept, { stream: true });
  return withoutInvisible(whole.replaceAll('\r\n', '\n'));
}

const hidden = '[signing secret]';
const signingSecret = /whsec_[\w+/=\\%-]*/g;
const signature = /v1,[\w+/=\\%-]{16,}/g;

/** The forms of a signing secret's base64 in texts, JSON and URLs. */
function spellings(secret: string): string[] {
  const base64 = secret.replace(/^whsec_/, '');
  return [base64, base64.replaceAll('/', '\\/'), encodeURIComponent(base64)];
}

/** Maximum seconds of a `Retry-After`: it keeps the result a valid date. */
const maxSeconds = 366 * 24 * 60 * 60;

/**
 * The time in a `Retry-After` (RFC 9110, 10.2.3): seconds, or an HTTP date.
 *
 * @param now - Unix milliseconds.
 * @returns Unix milliseconds; null where it is absent or invalid.
 */
export function retryAfterTime(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return now + Math.min(Number(value), maxSeconds) * 1_000;
  const time = /^[A-Z][a-z]{2,8}, .+ GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : Math.min(time, now + maxSeconds * 1_000);
}
