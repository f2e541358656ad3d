import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Identity } from '../../support/certificates.ts';

/** A message as it arrived. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly event: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: { readonly key: Record<string, unknown> } & Record<string, unknown>;
  };
}

/** A receiver's answer: a status, or its own handling of the response. */
export type Behaviour = (message: Received, response: ServerResponse) => number | undefined;

/**
 * A receiver of webhooks on loopback, which answers 204 by default.
 *
 * @param identity - with one it speaks TLS, as `hooks.example`.
 */
export async function startReceiver(identity?: Identity) {
  const messages: Received[] = [];
  const arrivals = new Set<() => void>();
  let behaviour: Behaviour = () => 204;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void read(request).then((message) => {
      messages.push(message);
      const status = behaviour(message, response);
      if (status !== undefined) response.writeHead(status).end();
      for (const arrive of arrivals) arrive();
    });
  };
  const server = identity ? createTlsServer(identity, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = identity ? 'https://hooks.example' : 'http://127.0.0.1';
  return {
    url: `${origin}:${(server.address() as AddressInfo).port}/hook`,
    messages,
    /** The events that arrived, as type and key. */
    events: () => messages.map(({ event }) => `${event.type} ${event.data.key.id}`),
    answer(next: Behaviour) {
      behaviour = next;
    },
    /** Shows another certificate from the next connection on. */
    identify(next: Identity) {
      if ('setSecureContext' in server) server.setSecureContext(next);
    },
    /** Resolves when `count` messages have arrived in all. */
    async arrived(count: number): Promise<void> {
      while (messages.length < count) {
        await new Promise<void>((resolve) => {
          const arrive = () => {
            arrivals.delete(arrive);
            resolve();
          };
          arrivals.add(arrive);
        });
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const { url: path = '', headers } = request;
  return { path, headers: headers as Record<string, string>, body, event: JSON.parse(body) };
}
