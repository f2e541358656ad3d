import type { EntityManager } from '../database/entity-manager.ts';
import { isPostgresql } from '../database/is-postgresql.ts';
import { listen } from '../database/postgresql-listener.ts';
import { prepared } from '../database/prepared.ts';

/** The PostgreSQL channel that wakes workers. */
const taskChannel = 'reporisk_task';

/** Wakes the workers of every process when the transaction commits; on SQLite they poll often. */
export async function announceTasks(em: EntityManager): Promise<void> {
  if (!isPostgresql(em)) return;
  await prepared(em, `select pg_notify('${taskChannel}', '')`, []);
}

/**
 * Listens for new tasks on PostgreSQL. It only reduces latency: while the connection is lost, the
 * worker finds tasks by polling.
 *
 * @param url - a direct connection: a pooler in transaction mode breaks LISTEN.
 * @param wake - called on each notification, and whenever some may have been missed.
 */
export function listenForTasks(url: string, wake: () => void): AsyncDisposable {
  return listen(url, { channels: [taskChannel], onNotification: wake, onListening: wake });
}
