import { expect, test } from 'vitest';
import { issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from './delivering.ts';

onBothDatabases((kind) => {
  test('keys are revoked while their webhook is changed, disabled, repeated and removed', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    const other = await it.addWebhook();
    const keys = [];
    for (let count = 0; count < 6; count++) keys.push(await issueKey(it.server));
    await it.worker.work();
    const deliveries = await it.deliveries(id);
    const status = async (pending: Response | Promise<Response>) => (await pending).status;
    const calls = [
      ...keys.map((key) => () => it.settings(`api-keys/${key.id}`, undefined, 'DELETE')),
      ...deliveries.map((delivery) => () => {
        return it.settings(`webhooks/${id}/deliveries/${delivery.id}/redeliver`, {});
      }),
      ...['a', 'b', 'c'].map((path) => () => {
        const url = `${it.receiver.url}/${path}`;
        return it.settings(`webhooks/${id}`, { url, rotate_secret: true }, 'PATCH');
      }),
      () => it.settings(`webhooks/${other.id}`, undefined, 'DELETE'),
      () => it.settings(`webhooks/${id}`, { is_active: false }, 'PATCH'),
    ];
    // Spread: each kind of call meets the others.
    const mixed = calls.map((_, index) => calls[(index * 7) % calls.length] ?? calls[0]);
    const statuses = await Promise.all(mixed.map((call) => status(call?.() ?? it.settings(''))));
    await it.worker.work();
    expect(statuses.filter((each) => ![200, 204, 404, 409].includes(each))).toEqual([]);
    const faults = it.server.log.filter((line) => JSON.parse(line).level >= 50);
    expect(faults).toEqual([]);
  });
});
