import { listen } from '../database/postgresql-listener.ts';
import { taskChannel } from './announce-tasks.ts';

/**
 * Listens for new tasks on PostgreSQL. It only makes things happen sooner: while the connection is
 * lost, the worker finds tasks by looking.
 *
 * @param url - a direct connection: a pooler in transaction mode breaks LISTEN.
 * @param wake - called on each announcement, and whenever some may have been missed.
 */
export function listenForTasks(url: string, wake: () => void): AsyncDisposable {
  return listen(url, { channels: [taskChannel], onNotification: wake, onListening: wake });
}
