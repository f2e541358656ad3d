import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands before a database, and can fall silent as a broken network does: no byte, no error. */
export interface SilentProxy extends AsyncDisposable {
  /** The database's address by way of this proxy. */
  readonly url: string;
  /** Passes nothing on any more; connections stay open, and new ones are accepted. */
  fallSilent(): void;
  /** Passes everything on again, what waited included. */
  resume(): void;
}

/** Starts a proxy before the database of an address. */
export async function silentProxy(databaseUrl: string): Promise<SilentProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isSilent = false;

  function pass(from: Socket, to: Socket): void {
    sockets.add(from);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    if (isSilent) from.pause();
  }

  const proxy = createServer((client) => {
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
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
