import { PostgresqlClient } from './postgresql-client.ts';

/** Milliseconds before reconnecting after a loss. */
const retryMs = 500;

/**
 * Milliseconds between two heartbeats. A listening connection sends nothing else: without
 * heartbeats, one whose state a firewall dropped would deliver nothing, and no error either.
 */
const heartbeatMs = 2_000;

/** A listening connection, replaced when it breaks. */
export interface Listener extends AsyncDisposable {
  /** Resolves after the first attempt to listen, successful or not. */
  readonly started: Promise<void>;
}

/** Callbacks of a listener. */
export interface ListenerOptions {
  readonly channels: readonly string[];
  readonly onNotification: (channel: string, payload: string) => void;
  /** Called when a new connection listens; earlier notifications were missed. */
  readonly onListening: (client: PostgresqlClient) => Promise<void> | void;
  /** Called when a connection is lost, or could not be made. */
  readonly onLost?: () => void;
}

/**
 * Listens for notifications.
 *
 * @param url - a direct connection: a pooler in transaction mode breaks LISTEN.
 */
export function listen(url: string, options: ListenerOptions): Listener {
  const { channels, onNotification, onListening, onLost = () => {} } = options;
  let stopped = false;
  let client: PostgresqlClient | null = null;
  let next: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const mine = new PostgresqlClient({ connectionString: url });
    client = mine;
    const isMine = () => client === mine && !stopped;
    const lost = () => {
      if (!isMine()) return;
      onLost();
      client = null;
      clearTimeout(next);
      next = setTimeout(connect, retryMs).unref();
    };
    const heartbeat = () => {
      next = setTimeout(
        () => mine.query('select').then(() => isMine() && heartbeat(), lost),
        heartbeatMs,
      );
      next.unref();
    };
    mine.on('error', lost);
    mine.on('end', lost);
    mine.on('notification', ({ channel, payload = '' }) => onNotification(channel, payload));
    try {
      await mine.connect();
      await mine.query(channels.map((channel) => `listen ${channel}`).join('; '));
      await onListening(mine);
      if (isMine()) heartbeat();
    } catch {
      lost();
      await mine.end();
    }
  }

  return {
    started: connect(),
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(next);
      await client?.end();
    },
  };
}
