import { z } from 'zod';
import { type Listener, listen } from '../postgresql-listener.ts';
import type { Acknowledgement } from './ports.ts';

/** PostgreSQL's notifications; each one is only a hint that speeds something up. */
export type Announcements = Listener;

/** The payload of a holder's notification. */
const acknowledgement = z.object({ id: z.string(), epoch: z.int() });

/** Milliseconds in which a notification from this connection must come back to it. */
const echoWithin = 2_000;

/** Callbacks for NOTIFY messages. */
export interface AnnouncementHandlers {
  /** Called when there may be a change. */
  readonly onEpoch: () => void;
  /**
   * Called when a holder may have recorded something; `read` returns its payload, where that is
   * valid.
   */
  readonly onAcknowledged: (read: () => Acknowledgement | undefined) => void;
  /** Called when notifications do not arrive: the leases then rest on polling alone. */
  readonly onError: (error: unknown) => void;
}

/**
 * Listens for changes and acknowledgements. Any role that may connect can send either, so each is
 * only a hint to poll. A connection that breaks is replaced; `onEpoch` is called on each new
 * connection, which makes up for lost notifications.
 *
 * @param url - a direct connection: a pooler in transaction mode breaks LISTEN.
 */
export function listenForNotifications(url: string, handlers: AnnouncementHandlers): Announcements {
  let silent: NodeJS.Timeout | undefined;
  return listen(url, {
    channels: ['reporisk_epoch', 'reporisk_acknowledged'],
    onNotification(channel, payload) {
      clearTimeout(silent);
      if (channel === 'reporisk_epoch') handlers.onEpoch();
      else handlers.onAcknowledged(() => readAcknowledgement(payload));
    },
    async onListening(client) {
      silent = setTimeout(() => {
        const advice = 'set DATABASE_LISTEN_URL to a direct connection';
        handlers.onError(new Error(`LISTEN brings nothing, so revocations are slower: ${advice}`));
      }, echoWithin).unref();
      await client.query("select pg_notify('reporisk_acknowledged', '')");
      handlers.onEpoch();
    },
    onLost: () => clearTimeout(silent),
  });
}

function readAcknowledgement(text: string): Acknowledgement | undefined {
  try {
    return acknowledgement.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
