import pg from 'pg';
import { taskChannel } from './announce-tasks.ts';

/** Milliseconds before a lost connection is tried again. */
const retryAfter = 1_000;

/**
 * Listens for new tasks on PostgreSQL. It only makes things happen sooner: while the connection is
 * lost, the worker finds tasks by looking.
 *
 * @param url - a direct connection: a pooler in transaction mode breaks LISTEN.
 * @param wake - called on each announcement, and whenever some may have been missed.
 */
export function listenForTasks(url: string, wake: () => void): AsyncDisposable {
  let stopped = false;
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const mine = new pg.Client({ connectionString: url, keepAlive: true });
    client = mine;
    const lost = () => {
      if (client !== mine || stopped) return;
      client = null;
      retry = setTimeout(connect, retryAfter);
      retry.unref();
    };
    mine.on('error', lost);
    mine.on('end', lost);
    mine.on('notification', wake);
    try {
      await mine.connect();
      await mine.query(`listen ${taskChannel}`);
      wake();
    } catch {
      lost();
      await mine.end().catch(() => {});
    }
  }

  const connecting = connect();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(retry);
      await connecting;
      await client?.end().catch(() => {});
    },
  };
}
