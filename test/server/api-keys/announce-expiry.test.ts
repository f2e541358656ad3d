import { expect, test } from 'vitest';
import { announceExpiry } from '../../../server/api-keys/announce-expiry.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { issueKey, revokeKey } from '../../support/issued-keys.ts';
import { testKeyring } from '../../support/keyring.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from '../webhooks/delivering.ts';

const day = 86_400_000;

onBothDatabases((kind) => {
  test('announceExpiry() tells a key once at 14, 7 and 1 days', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook({ events: ['api_key.expiring'] });
    const { id } = await issueKey(it.server, { expires_in_days: 30 });
    await issueKey(it.server);
    const gone = await issueKey(it.server, { expires_in_days: 30 });
    await revokeKey(it.server, gone.id);
    const { database } = it.server;
    const told: unknown[] = [];
    for (let hours = 0; hours <= 31 * 24; hours += 6) {
      await announceExpiry({ database, now: it.clock.now });
      await it.worker.work();
      for (const { event } of it.receiver.messages.splice(0)) {
        told.push([hours / 24, event.type, event.data.key.id, event.data.days_left]);
      }
      it.clock.advance(day / 4);
    }
    expect(told).toEqual([
      [16, 'api_key.expiring', id, 14],
      [23, 'api_key.expiring', id, 7],
      [29, 'api_key.expiring', id, 1],
    ]);
  });

  test('announceExpiry() tells only the most urgent after a pause, none before a key’s life', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook({ events: ['api_key.expiring'] });
    const { database } = it.server;
    const long = await issueKey(it.server, { expires_in_days: 20 });
    it.clock.advance(15 * day);
    const short = await issueKey(it.server, { expires_in_days: 5 });
    expect(await announceExpiry({ database, now: it.clock.now })).toBe(1);
    await it.worker.work();
    expect(it.receiver.messages.map(({ event }) => event.data)).toMatchObject([
      { key: { id: long.id }, days_left: 7 },
    ]);
    it.clock.advance(4 * day);
    expect(await announceExpiry({ database, now: it.clock.now })).toBe(2);
    await it.worker.work();
    const last = it.receiver.messages.slice(1).map(({ event }) => event.data.key.id);
    expect(last.sort()).toEqual([long.id, short.id].sort());
  });

  test('announceExpiry() in two processes at once tells each key once', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook({ events: ['api_key.expiring'] });
    for (let count = 0; count < 5; count++) await issueKey(it.server, { expires_in_days: 1 });
    // One process has one writing handle on SQLite.
    await using second =
      kind === 'sqlite'
        ? null
        : await openAuditedDatabase(it.server.databaseUrl, { keyring: testKeyring });
    const other = second ?? it.server.database;
    const databases = [it.server.database, other, it.server.database, other];
    const counts = await Promise.all(
      databases.map((database) => announceExpiry({ database, now: it.clock.now })),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
    await it.worker.work();
    expect(it.receiver.messages).toHaveLength(5);
  });
});
