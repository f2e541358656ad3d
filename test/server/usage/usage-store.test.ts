import { expect, test } from 'vitest';
import { newId } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import type { Database } from '../../../server/database/database.ts';
import { KeyHour } from '../../../server/database/entities/key-hour.ts';
import { KeyRetiringUse } from '../../../server/database/entities/key-retiring-use.ts';
import { KeyScopeUse } from '../../../server/database/entities/key-scope-use.ts';
import { KeyUse } from '../../../server/database/entities/key-use.ts';
import type { KeyCall } from '../../../server/usage/key-call.ts';
import { createUsageStore } from '../../../server/usage/usage-store.ts';
import { onEachDatabase } from '../../support/databases.ts';
import { keyCall } from './calls.ts';

const at = keyCall().at;
const minute = 60_000;

function stored(differences: Partial<KeyCall> = {}) {
  const call = keyCall(differences);
  return { id: newId('use', call.at), ...call };
}

async function countCalls(database: Database): Promise<number> {
  const [row] = await database
    .read()
    .execute<{ n: number | string }[]>('select count(*) as n from key_call');
  return Number(row?.n);
}

onEachDatabase((place) => {
  test('ingest() appends the calls and adds their sums', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const store = createUsageStore(database);
    const retiresAt = at + 1000;
    await store.ingest([
      stored(),
      stored({ at: at + 1, scope: null, statusCode: 403 }),
      stored({ at: at + 60 * minute, scope: 'repos:analyze', retiresAt, userAgent: null }),
    ]);
    await store.ingest([
      stored({ at: at - 1, retiresAt, userAgent: null }),
      stored({ keyId: 'key_2', statusCode: 429, scope: null }),
    ]);

    expect(await countCalls(database)).toBe(5);
    const em = database.read();
    expect(await em.find(KeyUse, {}, { orderBy: { keyId: 'asc' } })).toEqual([
      { keyId: 'key_1', lastUsedAt: new Date(at + 60 * minute) },
      { keyId: 'key_2', lastUsedAt: new Date(at) },
    ]);
    const hours = await em.find(KeyHour, {}, { orderBy: { keyId: 1, hour: 1, outcome: 1 } });
    const fiveOClock = new Date('2026-03-04T05:00:00Z');
    const sixOClock = new Date('2026-03-04T06:00:00Z');
    expect(hours).toEqual([
      { keyId: 'key_1', hour: fiveOClock, outcome: 'forbidden', count: 1 },
      { keyId: 'key_1', hour: fiveOClock, outcome: 'success', count: 2 },
      { keyId: 'key_1', hour: sixOClock, outcome: 'success', count: 1 },
      { keyId: 'key_2', hour: fiveOClock, outcome: 'rate_limited', count: 1 },
    ]);
    expect(await em.find(KeyScopeUse, {}, { orderBy: { scope: 'asc' } })).toEqual([
      { keyId: 'key_1', scope: 'repos:analyze', lastUsedAt: new Date(at + 60 * minute) },
      { keyId: 'key_1', scope: 'repos:read', lastUsedAt: new Date(at) },
    ]);
    expect(await em.find(KeyRetiringUse, {})).toEqual([
      {
        keyId: 'key_1',
        retiresAt: new Date(retiresAt),
        ipAddress: '203.0.113.9',
        userAgent: '',
        calls: 2,
        lastUsedAt: new Date(at + 60 * minute),
      },
    ]);
  });

  test('ingest() of a batch that was stored before changes nothing', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const store = createUsageStore(database);
    const batch = [stored(), stored({ retiresAt: at + 1000 })];
    await store.ingest(batch);
    await store.ingest(batch);
    expect(await countCalls(database)).toBe(2);
    expect(await database.read().find(KeyHour, {})).toMatchObject([{ count: 2 }]);
    expect(await database.read().find(KeyRetiringUse, {})).toMatchObject([{ calls: 1 }]);
  });

  test('ingest() by several processes at once counts every call', async () => {
    await using where = await place();
    await using one = await openAuditedDatabase(where.url);
    await using other = await openAuditedDatabase(where.url);
    const batches = Array.from({ length: 20 }, (_, index) =>
      Array.from({ length: 50 }, (_, n) => stored({ keyId: `key_${(n * (index + 1)) % 7}` })),
    );
    // One after the other on SQLite: two handles of one process would deadlock.
    if (one.kind === 'sqlite') {
      for (const [index, batch] of batches.entries()) {
        await createUsageStore(index % 2 === 0 ? one : other).ingest(batch);
      }
    } else {
      const stores = [createUsageStore(one), createUsageStore(other)];
      await Promise.all(batches.map((batch, index) => stores[index % 2]?.ingest(batch)));
    }
    const hours = await one.read().find(KeyHour, {});
    expect(hours.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(await countCalls(one)).toBe(1000);
  });

  test('ingest() takes calls of any month', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const store = createUsageStore(database);
    const dates = ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z', '2027-05-05T00:00:00Z'];
    await store.ingest(dates.map((date) => stored({ at: Date.parse(date) })));
    expect(await countCalls(database)).toBe(3);
  });

  test('ingest() touches nothing that decisions read', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const epoch = () => database.read().execute('select n from epoch');
    const before = await epoch();
    await createUsageStore(database).ingest([stored({ retiresAt: at + 1000 })]);
    expect(await epoch()).toEqual(before);
  });
});
