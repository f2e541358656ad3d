import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy before a database that can fall silent as a broken network does: no byte, no error. */
export interface SilentProxy extends AsyncDisposable {
  /** The database's address by way of this proxy. */
  readonly url: string;
  /** Stops passing bytes on; connections stay open, and new ones are accepted. */
  fallSilent(): void;
  /** Passes everything on again, held bytes included. */
  resume(): void;
  /** Passes nothing on of the present connections, as a firewall that has forgotten them; new ones work. */
  forget(): void;
  /**
   * Stops the next connection that sends some texts, one after the other, before the last of them
   * reaches the database.
   *
   * @returns resolves then, with the function that passes on the held bytes.
   */
  stopAt(...texts: readonly string[]): Promise<() => void>;
  /** The number of open connections to it. */
  connections(): number;
}

/** Starts a proxy before the database of an address. */
export async function silentProxy(databaseUrl: string): Promise<SilentProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();
  let isSilent = false;
  /** The texts to stop at, and each connection's number of texts sent. */
  let stop: {
    readonly texts: readonly string[];
    readonly sent: Map<Socket, number>;
    readonly stopped: (resume: () => void) => void;
  } | null = null;

  function pass(from: Socket, to: Socket): void {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      if (forgotten.has(from)) return;
      if (stop === null || !isToStop(stop, from, chunk)) return void to.write(chunk);
      from.pause();
      stop.stopped(() => {
        to.write(chunk);
        from.resume();
      });
      stop = null;
    });
    from.on('end', () => forgotten.has(from) || to.end());
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      // The other side of a forgotten connection gets no end of it.
      if (!forgotten.has(from)) to.destroy();
    });
    if (isSilent) from.pause();
  }

  const proxy = createServer((client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    const server = connect(Number(target.port), target.hostname);
    pass(client, server);
    pass(server, client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.href,
    fallSilent() {
      isSilent = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      isSilent = false;
      for (const socket of sockets) socket.resume();
    },
    forget() {
      for (const socket of sockets) forgotten.add(socket);
    },
    stopAt: (...texts) => new Promise((stopped) => (stop = { texts, stopped, sent: new Map() })),
    connections: () => clients.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

function isToStop(
  { texts, sent }: { readonly texts: readonly string[]; readonly sent: Map<Socket, number> },
  from: Socket,
  chunk: Buffer,
): boolean {
  let count = sent.get(from) ?? 0;
  while (chunk.includes(texts[count] ?? '') && count < texts.length) count += 1;
  sent.set(from, count);
  return count === texts.length;
}
