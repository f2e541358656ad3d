import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as it arrived. */
export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly event: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: { readonly key: Record<string, unknown> } & Record<string, unknown>;
  };
}

/** How a receiver answers: a status, or whatever it does itself. */
export type Behaviour = (message: Received, response: ServerResponse) => number | undefined;

/** A receiver of webhooks on loopback, which answers 204 unless told otherwise. */
export async function startReceiver() {
  const messages: Received[] = [];
  const arrivals = new Set<() => void>();
  let behaviour: Behaviour = () => 204;
  const server = createServer((request, response) => {
    void read(request).then((message) => {
      messages.push(message);
      const status = behaviour(message, response);
      if (status !== undefined) response.writeHead(status).end();
      for (const arrive of arrivals) arrive();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    messages,
    /** The events that arrived, as type and key. */
    events: () => messages.map(({ event }) => `${event.type} ${event.data.key.id}`),
    answer(next: Behaviour) {
      behaviour = next;
    },
    /** Resolves when so many messages have arrived in all. */
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
  return { headers: request.headers as Record<string, string>, body, event: JSON.parse(body) };
}
