import { expect, test } from 'vitest';
import { newId } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { startBackground } from '../../../server/background.ts';
import { run } from '../../../server/cli/run.ts';
import type { Database } from '../../../server/database/database.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { Job } from '../../../server/database/entities/job.ts';
import { KeyHour } from '../../../server/database/entities/key-hour.ts';
import { KeyUse } from '../../../server/database/entities/key-use.ts';
import { jobHandler } from '../../../server/queue/job-handler.ts';
import { queueJob } from '../../../server/queue/queue-job.ts';
import { startWorker } from '../../../server/queue/worker.ts';
import { forgetUsage, pruneUsage } from '../../../server/usage/prune.ts';
import { RefusedTally } from '../../../server/usage/refused-attempts.ts';
import { createUsageStore } from '../../../server/usage/usage-store.ts';
import { onEachDatabase } from '../../support/databases.ts';
import { startServerOn } from '../../support/server.ts';
import { keyCall } from './calls.ts';

const day = 86_400_000;
const now = Date.parse('2026-03-04T00:00:00Z');
const before = new Date(now);

/** Prunes as a job does, from its queueing to its result. */
async function prune(database: Database) {
  const id = newId('job');
  const input = { before: before.toISOString() };
  const job = { id, type: 'usage_prune', orgId: null, input } as const;
  await database.transaction((em) => queueJob(em, database.rowMacs, job, new Date(0)));
  const errors: unknown[] = [];
  const log = (error: unknown) => void errors.push(error);
  const usage_prune = jobHandler({ database, now: () => now }, pruneUsage(database.kind));
  await using worker = startWorker({
    ...{ database, now: () => now, handlers: { usage_prune } },
    logger: { error: log, warn: log },
    timer: () => () => {},
  });
  await worker.idle();
  expect(errors).toEqual([]);
  const { status, result } = await database.read().findOneOrFail(Job, { id });
  expect(status).toBe('completed');
  return result;
}

onEachDatabase((place) => {
  test('pruneUsage() forgets what is older, and nothing else', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const store = createUsageStore(database);
    const dates = [
      '2025-12-05T00:00:00Z',
      '2026-01-31T23:59:59.999Z',
      '2026-02-01T00:00:00Z',
      '2026-03-03T23:59:59.999Z',
      '2026-03-04T00:00:00Z',
      '2026-04-01T00:00:00Z',
    ];
    const at = dates.map((date) => Date.parse(date));
    await store.ingest(at.map((at) => ({ id: newId('use', at), ...keyCall({ at }) })));

    const pruned = await prune(database);
    // December, January, February, and the months made ahead of them.
    const ofPostgresql = { months: 3, calls: 1, hours: 4 };
    const ofSqlite = { months: 0, calls: 4, hours: 4 };
    expect(pruned).toEqual(database.kind === 'sqlite' ? ofSqlite : ofPostgresql);
    const left = await database.read().execute('select id from key_call order by id');
    expect(left).toHaveLength(2);
    expect(await database.read().find(KeyHour, {})).toHaveLength(2);
    expect(await database.read().find(KeyUse, {})).toMatchObject([
      { lastUsedAt: new Date(at[5] ?? 0) },
    ]);

    expect(await prune(database)).toEqual({ months: 0, calls: 0, hours: 0 });
    // A month that was dropped is made again when it is needed.
    await store
      .ingest([{ id: newId('use', at[0]), ...keyCall({ at: at[0] ?? 0 }) }])
      .catch(() => {});
    await store.ingest([{ id: newId('use', at[0]), ...keyCall({ at: at[0] ?? 0 }) }]);
  });

  test('pruneUsage() goes on until everything old is gone', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const store = createUsageStore(database);
    const at = before.getTime() - 1;
    const old = Array.from({ length: 12_000 }, () => ({
      id: newId('use', at),
      ...keyCall({ at }),
    }));
    await store.ingest(old);
    const kept = { id: newId('use', before.getTime()), ...keyCall({ at: before.getTime() }) };
    await store.ingest([kept]);
    expect(await prune(database)).toEqual({ months: 0, calls: 12_000, hours: 1 });
    expect(await database.read().execute('select id from key_call')).toEqual([{ id: kept.id }]);
  });

  test('pruneUsage() finds what is old among calls that were stored together', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const calls = Array.from({ length: 12_000 }, (_, n) => {
      const at = before.getTime() + (n % 2 === 0 ? -1 : 0);
      return { id: newId('use', at), ...keyCall({ at, keyId: `key_${n % 100}` }) };
    });
    await createUsageStore(database).ingest(calls);
    expect(await prune(database)).toEqual({ months: 0, calls: 6_000, hours: 50 });
  });

  test('usage prune forgets what is older than 90 days, or as many as it is told', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const store = createUsageStore(database);
    const env = { DATABASE_URL: where.url, SERVER_SECRET: Buffer.alloc(32, 3).toString('base64') };
    for (const days of [5, 50, 500]) {
      const at = Date.now() - days * day;
      await store.ingest([{ id: newId('use', at), ...keyCall({ at }) }]);
    }
    const left = async () => (await database.read().execute('select id from key_call')).length;
    expect(await run(['usage', 'prune'], env)).toMatchObject({ code: 0 });
    expect(await left()).toBe(2);
    expect(await run(['usage', 'prune', '--days', '30'], env)).toMatchObject({ code: 0 });
    expect(await left()).toBe(1);
    for (const days of ['0', 'all', '3651']) {
      const ended = await run(['usage', 'prune', '--days', days], env);
      expect(ended.code).not.toBe(0);
    }
    expect(await left()).toBe(1);
    const events = await database.read().find(AuditEvent, {}, { orderBy: { id: 'asc' } });
    expect(events).toMatchObject([
      { actor: 'operator', action: 'usage.prune', changes: { days: 90 } },
      { actor: 'operator', action: 'usage.prune', changes: { days: 30 } },
    ]);
  });

  test('forgetUsage() keeps calls and who made them for 30 days, hourly counts for a year', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const store = createUsageStore(database);
    const ages = [0, 29, 30, 31, 365, 366];
    const refused = { reason: 'revoked', preview: 'rrk_live_AbCd••••Xy1z' } as const;
    const refusals = new RefusedTally();
    for (const age of ages) {
      const call = keyCall({ at: now - age * day, keyId: `key_${age}`, retiresAt: 1 });
      await store.ingest([{ id: newId('use', call.at), ...call }]);
      refusals.add(call, refused);
    }
    await store.ingestRefused(refusals.take());
    // Another process forgets at the same time.
    await Promise.all([forgetUsage(database, now), forgetUsage(database, now)]);
    const left = async (table: string) => {
      const rows = await database
        .read()
        .execute<{ key_id: string }[]>(`select key_id from ${table}`);
      return rows.map(({ key_id }) => Number(key_id.slice(4))).sort((a, b) => a - b);
    };
    const tables = ['key_call', 'key_client_use', 'key_retiring_use'];
    for (const table of [...tables, 'key_refusal', 'key_refused_secret']) {
      expect([table, await left(table)]).toEqual([table, [0, 29, 30]]);
    }
    expect(await left('key_hour')).toEqual([0, 29, 30, 31, 365]);
    expect(await left('key_use')).toEqual(ages);
  });
});

test('a server forgets old calls by itself', async () => {
  await using server = await startServerOn('sqlite');
  const store = createUsageStore(server.database);
  for (const age of [1, 31]) {
    const call = keyCall({ at: Date.now() - age * day, keyId: `key_${age}` });
    await store.ingest([{ id: newId('use', call.at), ...call }]);
  }
  // Its end waits for the work of its start.
  await startBackground(server.services, null)[Symbol.asyncDispose]();
  const left = await server.database.read().execute('select key_id from key_call');
  expect(left).toEqual([{ key_id: 'key_1' }]);
});
