import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connectionError } from '../network/connection-error.ts';
import { pinnedLookup } from '../network/pinned-lookup.ts';
import { inMebibytes, type ScanLimits } from './limits.ts';
import { ScanFailure } from './scan-failure.ts';

/**
 * Judges an address before each request, and resolves its name.
 *
 * @throws ScanFailure when it is not permitted.
 */
export type Judge = (url: URL) => Promise<readonly string[]>;

/** A request; the body of a redirected one is sent again. */
export interface HttpRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface HttpResponse {
  /** After redirects. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterableIterator<Uint8Array>;
}

export type HttpClient = (request: HttpRequest) => Promise<HttpResponse>;

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * The only way of a scan to the network. All its requests share one budget of bytes and one of time.
 * Each redirect is judged like the first address. The connection goes to the judged addresses.
 *
 * @param signal - ends every request.
 */
export function createHttpClient(
  judge: Judge,
  limits: ScanLimits,
  signal: AbortSignal = AbortSignal.timeout(limits.receiveMs),
): HttpClient {
  let received = 0;
  const failure = (error: unknown) => {
    if (error instanceof ScanFailure) return error;
    const seconds = limits.receiveMs / 1000;
    if (signal.aborted) return new ScanFailure(`The host took longer than ${seconds} seconds.`);
    return new ScanFailure(`The host cannot be read: ${connectionError(error)}.`);
  };

  async function* bodyOf(response: IncomingMessage): AsyncGenerator<Uint8Array, undefined> {
    try {
      for await (const piece of response) {
        received += piece.length;
        if (received > limits.receivedBytes) {
          throw new ScanFailure(`More than ${inMebibytes(limits.receivedBytes)} to download.`);
        }
        yield piece;
      }
    } catch (error) {
      throw failure(error);
    } finally {
      response.destroy();
    }
  }

  return async ({ url: address, method = 'GET', headers = {}, body }) => {
    let url = new URL(address);
    try {
      for (let followed = 0; followed <= maxRedirects; followed += 1) {
        const lookup = pinnedLookup(await judge(url));
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
          const sent = send(url, {
            method,
            headers: { ...headers, ...fixedHeaders, ...lengthOf(body) },
            agent: false,
            lookup,
            // Explicit: an environment variable could otherwise disable it.
            rejectUnauthorized: true,
            signal,
          });
          sent.on('response', resolve);
          sent.on('error', reject);
          sent.end(body);
        });
        const { statusCode: status = 0, headers: fields } = response;
        if (!redirects.has(status) || fields.location === undefined) {
          return { url, status, headers: singleFields(fields), body: bodyOf(response) };
        }
        response.destroy();
        url = redirected(fields.location, url);
      }
    } catch (error) {
      throw failure(error);
    }
    throw new ScanFailure(`The host redirects more than ${maxRedirects} times.`);
  };
}

/** Some hosts serve Git's protocol only to programs that name themselves so. */
const fixedHeaders = { 'user-agent': 'git/reporisk', 'accept-encoding': 'identity' };

const lengthOf = (body: Buffer | undefined) => (body ? { 'content-length': body.length } : {});

function redirected(location: string, from: URL): URL {
  if (!URL.canParse(location, from.href))
    throw new ScanFailure('The host redirects to no address.');
  return new URL(location, from);
}

function singleFields(fields: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}
