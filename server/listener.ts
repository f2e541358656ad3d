import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server';
import { newId } from '../core/mod.ts';
import type { App } from './app.ts';
import type { Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { isForNginx } from './rest/forward-auth-demands.ts';
import { createTurns } from './rest/pipelining.ts';

/** Time for requests in flight to end, in milliseconds. */
const closeTimeoutMs = 10_000;

const malformed = 'Malformed HTTP request';

/** The adapter's error comes without its request. */
const nginxTarget = '/auth/verify?proxy=nginx';

/** An app that answers on a port. */
export interface Listener extends AsyncDisposable {
  /** For example `http://127.0.0.1:8787`. */
  readonly url: string;
}

/**
 * Listens for HTTP. Disposing of it stops accepting and lets requests in flight end.
 *
 * @throws {ConfigError} when the port is taken.
 */
export async function listen(
  app: App,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<Listener> {
  const server = createListener(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new ConfigError(`PORT is ${port}: it takes a port that is free`) : error);
    });
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const timeout = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
      await closed;
      clearTimeout(timeout);
    },
  };
}

/** An HTTP server in front of an app, not listening yet. */
export function createListener(app: App): Server {
  // An HTTP/1 server: those are the bindings it gives.
  const fetch = (request: Request, bindings: object) =>
    app.fetch(request, bindings as HttpBindings);
  const respond = getRequestListener(fetch, { errorHandler: (error) => refusal(error, '') });
  const respondToNginx = getRequestListener(fetch, {
    errorHandler: (error) => refusal(error, nginxTarget),
  });
  // A request without a Host is refused below, in our own words.
  const server = createServer({ requireHostHeader: false }, (incoming, outgoing) => {
    // The adapter refuses a raw backslash before the app sees it. Encoded, it means the same.
    if (incoming.url?.includes('\\')) incoming.url = incoming.url.replaceAll('\\', '%5C');
    // HTTP/1.0 has no Host (RFC 9112, section 3.2), and health checks use it.
    if (incoming.httpVersion === '1.0' && incoming.headers.host === undefined) {
      incoming.headers.host = 'localhost';
      incoming.rawHeaders.push('Host', 'localhost');
    }
    if (hasSeveralHosts(incoming.rawHeaders)) {
      return refuseRequest(incoming, outgoing, 400, malformed);
    }
    // An unread body would stand before the connection's next request.
    if (incoming.method === 'GET' || incoming.method === 'HEAD') {
      if (hasBody(incoming)) outgoing.shouldKeepAlive = false;
    }
    turns.begin(incoming, outgoing, () => {
      const isProxys = isForNginx(incoming.url ?? '');
      void (isProxys ? respondToNginx(incoming, outgoing) : respond(incoming, outgoing));
    });
  });
  const turns = createTurns(server);
  // A client that reads nothing holds its connection, and one answer, no longer than this.
  server.timeout = silenceTimeoutMs;
  server.on('clientError', (error, socket: Socket) => {
    turns.refuse(socket, (begun) => refuseMalformed(error, socket, begun));
  });
  server.on('checkExpectation', refuseExpectation);
  return server;
}

/** Time for which a connection may be idle while an answer is outstanding, in milliseconds. */
const silenceTimeoutMs = 120_000;

/**
 * The answer to a request that Node's parser accepted but that is invalid: without a Host, or with
 * a target that is no URL.
 */
function refusal(error: unknown, target: string): Response {
  const requestId = newId('req');
  const [real, detail]: [number, string] =
    error instanceof RequestError
      ? [400, malformed]
      : [500, `Internal Server Error (request id ${requestId})`];
  const { status, body, headers } = answerOf(real, detail, target, requestId);
  return new Response(body, { status, headers });
}

/** Refuses `Expect` with anything but `100-continue`, which Node answers itself. */
function refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
  refuseRequest(request, response, 417, 'Expectation failed');
}

function refuseRequest(
  request: IncomingMessage,
  response: ServerResponse,
  real: number,
  detail: string,
): void {
  const { status, body, headers } = answerOf(real, detail, request.url ?? '');
  response.writeHead(status, headers).end(body);
}

/** Whether `Host` comes twice. Node keeps only the first; a proxy may have routed by the second. */
function hasSeveralHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** A request that Node's parser refuses never reaches the app; its answer has the same shape. */
function refuseMalformed(
  error: NodeJS.ErrnoException,
  socket: Socket,
  begun: Buffer | undefined,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [real, detail]: [number, string] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request headers are too large']
      : [400, malformed];
  const { status, body, headers } = answerOf(real, detail, targetOf(begun));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const first = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
  socket.end(`${[first, ...lines].join('\r\n')}\r\n\r\n${body}`);
}

/** The target of a request that Node's parser refused, where the line that holds it came with it. */
function targetOf(packet: Buffer | undefined): string {
  const [, target = ''] = /^\S+ (\S+) HTTP\//.exec(packet?.toString('latin1') ?? '') ?? [];
  return target;
}

/**
 * An error in the shape of every other, after which the connection ends. For nginx, its status is
 * 403, as that of `/auth/verify` itself: nginx makes a 500 of any other.
 */
function answerOf(real: number, detail: string, target: string, requestId: string = newId('req')) {
  const toNginx = isForNginx(target);
  const body = JSON.stringify({ detail });
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
    'X-Request-Id': requestId,
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...(toNginx && { 'X-RepoRisk-Status': String(real) }),
  };
  return { status: toNginx ? 403 : real, body, headers };
}
