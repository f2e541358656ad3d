import { expect, test } from 'vitest';
import { newId } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { startBackground } from '../../../server/background.ts';
import { forgetUsage } from '../../../server/usage/forget-usage.ts';
import { RefusedTally } from '../../../server/usage/refused-attempts.ts';
import { createUsageStore } from '../../../server/usage/usage-store.ts';
import { onEachDatabase } from '../../support/databases.ts';
import { startServerOn } from '../../support/server.ts';
import { keyCall } from './calls.ts';

const day = 86_400_000;
const now = Date.parse('2026-03-04T00:00:00Z');
const ages = [0, 29, 30, 31, 365, 366];

onEachDatabase((place) => {
  test('forgetUsage() keeps calls and who made them for 30 days, hourly counts for a year', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const store = createUsageStore(database);
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
  // Its end waits for what it does at the start.
  await startBackground(server.services, null)[Symbol.asyncDispose]();
  const left = await server.database.read().execute('select key_id from key_call');
  expect(left).toEqual([{ key_id: 'key_1' }]);
});
