import { z } from 'zod';
import { type Listener, listen } from '../postgresql-listener.ts';
import type { Acknowledgement } from './ports.ts';

/** What PostgreSQL announces; each announcement only makes something happen sooner. */
export type Announcements = Listener;

/** What a holder announces. */
const acknowledgement = z.object({ id: z.string(), epoch: z.int() });

/** Milliseconds in which an announcement of one's own must come back. */
const echoWithin = 2_000;

/** Who is told what is announced. */
export interface AnnouncementHandlers {
  /** Called when something may have changed. */
  readonly onEpoch: () => void;
  /** Called when a holder may have recorded something; reads what, where that can be read. */
  readonly onAcknowledged: (read: () => Acknowledgement | undefined) => void;
  /** Told when announcements do not arrive: the leases then rest on polling alone. */
  readonly onError: (error: unknown) => void;
}

/**
 * Listens for changes and acknowledgements. Any role that may connect can announce either, so each is
 * only a hint to look. A connection that breaks is replaced; what was announced in between is caught up
 * with, because `onEpoch` is called on each new connection.
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
