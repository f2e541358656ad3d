import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WebhookDelivery } from '../../../server/database/entities/webhook-delivery.ts';
import { issueKey, revokeKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from './delivering.ts';

onBothDatabases((kind) => {
  test('a process that is killed while it delivers loses no event, and no order', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    const keys = [];
    for (let count = 0; count < 6; count++) keys.push(await issueKey(it.server));
    for (const key of keys) await revokeKey(it.server, key.id);
    // Two are answered, then the receiver stops answering, and the process dies with messages in
    // flight.
    it.receiver.answer(() => (it.receiver.messages.length <= 2 ? 204 : undefined));
    const script = join(import.meta.dirname, 'worker-process.ts');
    const child = spawn(process.execPath, [script, it.server.databaseUrl, String(it.clock.now())], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exit = once(child, 'exit');
    await it.receiver.arrived(5);
    child.kill('SIGKILL');
    await exit;
    const delivered = () =>
      it.server.database.read().count(WebhookDelivery, { status: 'delivered' });
    expect(await delivered()).toBeLessThan(12);

    it.receiver.answer(() => 204);
    it.clock.advance(60_000);
    await it.worker.work();
    expect(await delivered()).toBe(12);
    expect(await it.deliveries(id)).toHaveLength(12);
    for (const key of keys) {
      const own = it.receiver.events().filter((event) => event.endsWith(key.id));
      expect([...new Set(own)]).toEqual([`api_key.created ${key.id}`, `api_key.revoked ${key.id}`]);
      expect(own).toEqual([...own].sort());
    }
  });

  test('two workers deliver each event once', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook();
    const keys = [];
    for (let count = 0; count < 8; count++) keys.push(await issueKey(it.server));
    for (const key of keys) await revokeKey(it.server, key.id);
    await using second = it.secondWorker();
    const left = () => it.server.database.read().count(WebhookDelivery, { status: 'pending' });
    while ((await left()) > 0) await Promise.all([it.worker.work(), second.work()]);
    expect(it.receiver.events().length).toBe(16);
    expect(new Set(it.receiver.events()).size).toBe(16);
  });
});
