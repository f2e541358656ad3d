import type { Database } from '../database/database.ts';
import { type BulkInsert, insertRows } from './bulk-insert.ts';
import type { KeyCall } from './key-call.ts';
import { createPartitions } from './partitions.ts';
import type { RefusedBatch } from './refused-attempts.ts';
import { storeRefused } from './refused-store.ts';
import { type Tally, tally } from './tally.ts';

/** A call with its id, which stays the same over repeated attempts to store it. */
export interface StoredCall extends KeyCall {
  /** `use_` and a ULID. */
  readonly id: string;
}

/** The storage of calls. */
export interface UsageStore {
  /** Calls per transaction. */
  readonly batchSize: number;
  /** Stores a batch atomically and once: storing it again changes nothing. */
  ingest(calls: readonly StoredCall[]): Promise<void>;
  /** Adds refused attempts, in one transaction. */
  ingestRefused(batch: RefusedBatch): Promise<void>;
}

const callRows: BulkInsert<StoredCall> = {
  table: 'key_call',
  columns: [
    ['id', 'text', (call) => call.id],
    ['key_id', 'text', (call) => call.keyId],
    ['org_id', 'text', (call) => call.orgId],
    ['endpoint', 'text', (call) => call.endpoint],
    ['method', 'text', (call) => call.method],
    ['status_code', 'int', (call) => call.statusCode],
    ['duration_ms', 'float8', (call) => Math.round(call.durationMs * 10) / 10],
    ['request_id', 'text', (call) => call.requestId],
    ['ip_address', 'text', (call) => call.ipAddress],
    ['user_agent', 'text', (call) => call.userAgent],
    ['created_at', 'timestamptz', (call) => call.at],
  ],
};

const hourRows: BulkInsert<Tally['hours'][number]> = {
  table: 'key_hour',
  columns: [
    ['key_id', 'text', (row) => row.keyId],
    ['hour', 'timestamptz', (row) => row.hour],
    ['outcome', 'text', (row) => row.outcome],
    ['count', 'int', (row) => row.count],
  ],
  onConflict: `on conflict (key_id, hour, outcome) do update set count = key_hour.count + excluded.count`,
};

const useRows: BulkInsert<Tally['uses'][number]> = {
  table: 'key_use',
  columns: [
    ['key_id', 'text', (row) => row.keyId],
    ['last_used_at', 'timestamptz', (row) => row.lastUsedAt],
  ],
  onConflict: `on conflict (key_id) do update
    set last_used_at = greatest(key_use.last_used_at, excluded.last_used_at)`,
};

const scopeRows: BulkInsert<Tally['scopes'][number]> = {
  table: 'key_scope_use',
  columns: [
    ['key_id', 'text', (row) => row.keyId],
    ['scope', 'text', (row) => row.scope],
    ['last_used_at', 'timestamptz', (row) => row.lastUsedAt],
  ],
  onConflict: `on conflict (key_id, scope) do update
    set last_used_at = greatest(key_scope_use.last_used_at, excluded.last_used_at)`,
};

const retiringRows: BulkInsert<Tally['retiring'][number]> = {
  table: 'key_retiring_use',
  columns: [
    ['key_id', 'text', (row) => row.keyId],
    ['retires_at', 'timestamptz', (row) => row.retiresAt],
    ['ip_address', 'text', (row) => row.ipAddress],
    ['user_agent', 'text', (row) => row.userAgent],
    ['calls', 'int', (row) => row.calls],
    ['last_used_at', 'timestamptz', (row) => row.lastUsedAt],
  ],
  onConflict: `on conflict (key_id, retires_at, ip_address, user_agent) do update
    set calls = key_retiring_use.calls + excluded.calls,
      last_used_at = greatest(key_retiring_use.last_used_at, excluded.last_used_at)`,
};

const clientRows: BulkInsert<Tally['clients'][number]> = {
  table: 'key_client_use',
  columns: [
    ['key_id', 'text', (row) => row.keyId],
    ['day', 'timestamptz', (row) => row.day],
    ['ip_address', 'text', (row) => row.ipAddress],
    ['user_agent', 'text', (row) => row.userAgent],
    ['calls', 'int', (row) => row.calls],
    ['last_used_at', 'timestamptz', (row) => row.lastUsedAt],
  ],
  onConflict: `on conflict (key_id, day, ip_address, user_agent) do update
    set calls = key_client_use.calls + excluded.calls,
      last_used_at = greatest(key_client_use.last_used_at, excluded.last_used_at)`,
};

/**
 * Stores calls in the database, each batch in one transaction.
 */
export function createUsageStore(database: Database): UsageStore {
  const { kind } = database;
  const partitions = kind === 'postgresql' ? createPartitions(database) : null;
  return {
    // More than half a second's calls under usual load. Smaller batches would drain a backlog more
    // slowly, because each commit writes the pages of the index again.
    batchSize: 10_000,
    async ingest(calls) {
      await partitions?.prepareFor(calls);
      const { hours, uses, scopes, retiring, clients } = tally(calls);
      try {
        await database.write(async (run) => {
          await insertRows(run, kind, callRows, keyByKey(calls.filter(isUse)));
          await insertRows(run, kind, hourRows, hours);
          await insertRows(run, kind, useRows, uses);
          await insertRows(run, kind, scopeRows, scopes);
          await insertRows(run, kind, retiringRows, retiring);
          await insertRows(run, kind, clientRows, clients);
        });
      } catch (error) {
        partitions?.forget();
        if (!isStoredAlready(error)) throw error;
      }
    },
    ingestRefused: (batch) => storeRefused(database, batch),
  };
}

/** A refused call is not a use of its key: it counts by the hour only. */
function isUse({ refused }: KeyCall): boolean {
  return refused === null;
}

/** The order of the index, which makes its writes sequential; a key's calls stay in their order. */
function keyByKey(calls: readonly StoredCall[]): StoredCall[] {
  return calls.toSorted((a, b) => (a.keyId < b.keyId ? -1 : a.keyId > b.keyId ? 1 : 0));
}

/**
 * Only the ids of calls can collide, and only with themselves: an earlier attempt was committed,
 * and its response lost with the connection.
 */
function isStoredAlready(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE') return true;
  }
  return false;
}
