import pg from 'pg';
import { z } from 'zod';
import type { Acknowledgement } from './ports.ts';

/** What PostgreSQL announces; each announcement only makes something happen sooner. */
export interface Announcements extends AsyncDisposable {
  /** Resolves when the first attempt to listen has succeeded or failed. */
  readonly started: Promise<void>;
}

/** Milliseconds before a lost listening connection is tried again. */
const retryAfter = 500;

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
export function listenForAnnouncements(url: string, handlers: AnnouncementHandlers): Announcements {
  let stopped = false;
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const mine = new pg.Client({ connectionString: url, keepAlive: true });
    client = mine;
    const silent = setTimeout(() => {
      const advice = 'set DATABASE_LISTEN_URL to a direct connection';
      handlers.onError(new Error(`LISTEN brings nothing, so revocations are slower: ${advice}`));
    }, echoWithin);
    silent.unref();
    const lost = () => {
      clearTimeout(silent);
      if (client !== mine || stopped) return;
      client = null;
      retry = setTimeout(connect, retryAfter);
      retry.unref();
    };
    mine.on('error', lost);
    mine.on('end', lost);
    mine.on('notification', ({ channel, payload = '' }) => {
      clearTimeout(silent);
      if (channel === 'reporisk_epoch') handlers.onEpoch();
      else handlers.onAcknowledged(() => readAcknowledgement(payload));
    });
    try {
      await mine.connect();
      await mine.query('listen reporisk_epoch; listen reporisk_acknowledged');
      await mine.query("select pg_notify('reporisk_acknowledged', '')");
      handlers.onEpoch();
    } catch {
      lost();
      await mine.end().catch(() => {});
    }
  }

  return {
    started: connect(),
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}

function readAcknowledgement(text: string): Acknowledgement | undefined {
  try {
    return acknowledgement.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
