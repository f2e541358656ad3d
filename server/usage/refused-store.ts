import { batches } from '../database/batches.ts';
import type { Database } from '../database/database.ts';
import { type BulkInsert, insertRows } from './bulk-insert.ts';
import {
  type DeadSecretAttempt,
  type RefusedAttempts,
  type RefusedBatch,
  refusalsPerKey,
} from './refused-attempts.ts';

const attemptRows: BulkInsert<RefusedAttempts> = {
  table: 'key_refusal',
  columns: [
    ['key_id', 'text', (row) => row.keyId],
    ['reason', 'text', (row) => row.reason],
    ['ip_address', 'text', (row) => row.ipAddress],
    ['user_agent', 'text', (row) => row.userAgent],
    ['count', 'int', (row) => row.count],
    ['first_at', 'timestamptz', (row) => row.firstAt],
    ['last_at', 'timestamptz', (row) => row.lastAt],
  ],
  onConflict: `on conflict (key_id, reason, ip_address) do update
    set user_agent = excluded.user_agent, count = key_refusal.count + excluded.count,
      last_at = greatest(key_refusal.last_at, excluded.last_at)`,
};

const secretRows: BulkInsert<DeadSecretAttempt> = {
  table: 'key_refused_secret',
  columns: [
    ['key_id', 'text', (row) => row.keyId],
    ['preview', 'text', (row) => row.preview],
    ['reason', 'text', (row) => row.reason],
    ['ip_address', 'text', (row) => row.ipAddress],
    ['user_agent', 'text', (row) => row.userAgent],
    ['last_at', 'timestamptz', (row) => row.lastAt],
  ],
  onConflict: `on conflict (key_id, preview) do update
    set reason = excluded.reason, ip_address = excluded.ip_address,
      user_agent = excluded.user_agent,
      last_at = greatest(key_refused_secret.last_at, excluded.last_at)`,
};

/** Keys per statement. */
const keysAtOnce = 200;

/**
 * Stores refused attempts in one transaction, then deletes each key's oldest rows beyond its
 * maximum.
 */
export async function storeRefused(database: Database, batch: RefusedBatch): Promise<void> {
  const { kind } = database;
  await database.write(async (run) => {
    await insertRows(run, kind, attemptRows, batch.attempts);
    await insertRows(run, kind, secretRows, batch.secrets);
  });
  const keyIds = [...new Set(batch.attempts.map(({ keyId }) => keyId))];
  for (const some of batches(keyIds, keysAtOnce)) {
    // A separate transaction: it locks rows of other processes, which may wait for the inserted
    // ones.
    await database.transaction((em) =>
      em.execute(
        `delete from key_refusal where (key_id, reason, ip_address) in (
           select key_id, reason, ip_address from (
             select key_id, reason, ip_address, row_number() over (
               partition by key_id order by last_at desc, reason, ip_address
             ) as place
             from key_refusal where key_id in (${some.map(() => '?').join(', ')})
           ) ranked where place > ${refusalsPerKey}
         )`,
        some,
      ),
    );
  }
}
