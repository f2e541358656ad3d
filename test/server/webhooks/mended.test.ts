import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from './delivering.ts';

const hour = 3_600_000;

onBothDatabases((kind) => {
  /** A running attempt after 24 hours of failures, whose answer the test gives. */
  async function lastAttempt() {
    const it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    it.receiver.answer(() => 503);
    const key = await issueKey(it.server);
    await it.worker.work();
    it.clock.advance(25 * hour);
    const responses: ServerResponse[] = [];
    it.receiver.answer((_message, response) => {
      responses.push(response);
      return undefined;
    });
    const before = it.receiver.messages.length;
    it.worker.wake();
    await it.receiver.arrived(before + 1);
    return { it, id, key, fail: () => responses[0]?.writeHead(503).end() };
  }

  test.each([
    ['its address was changed', { path: '/mended' }],
    ['its secret was replaced', { rotate_secret: true }],
  ])('a failed attempt switches no webhook off when %s meanwhile', async (_, change) => {
    const { it, id, fail } = await lastAttempt();
    await using _it = it;
    const { path, ...values } = { path: undefined, ...change };
    const sent = path === undefined ? values : { url: new URL(path, it.receiver.url).href };
    expect((await it.settings(`webhooks/${id}`, sent, 'PATCH')).status).toBe(200);
    it.receiver.answer(() => 204);
    fail();
    await it.worker.idle();
    await it.worker.work();
    expect(await it.webhooks()).toMatchObject([{ is_active: true, disabled_reason: null }]);
    const statuses = (await it.deliveries(id)).map(({ status }) => status);
    expect(statuses).toEqual(['delivered']);
  });

  test('a failed attempt gives up no delivery that was asked for again meanwhile', async () => {
    const { it, id, fail } = await lastAttempt();
    await using _it = it;
    const [delivery] = await it.deliveries(id);
    const path = `webhooks/${id}/deliveries/${delivery?.id}/redeliver`;
    expect((await it.settings(path, {})).status).toBe(200);
    it.receiver.answer(() => 204);
    fail();
    await it.worker.idle();
    await it.worker.work();
    expect(await it.webhooks()).toMatchObject([{ is_active: true }]);
    expect(await it.deliveries(id)).toMatchObject([{ status: 'delivered' }]);
  });

  test('a failed attempt that nothing was changed during switches the webhook off', async () => {
    const { it, id, fail } = await lastAttempt();
    await using _it = it;
    fail();
    await it.worker.idle();
    expect(await it.webhooks()).toMatchObject([{ is_active: false }]);
    expect(await it.deliveries(id)).toMatchObject([{ status: 'failed' }]);
  });

  test('endpoints of one organization that hang delay no other organization', async () => {
    await using it = await startDelivering(kind);
    const globex = it.server.session({
      user: 'user_globex',
      organization: 'org_demo_globex',
      role: 'admin',
    });
    const hanging: ServerResponse[] = [];
    it.receiver.answer(({ event }, response) => {
      if (event.data.key.label === 'other') return 204;
      hanging.push(response);
      return undefined;
    });
    for (let count = 0; count < 30; count += 1) await it.addWebhook();
    await issueKey(it.server);
    const other = { url: it.receiver.url };
    const path = '/api/v1/settings';
    const added = await it.server.fetch(`${path}/webhooks`, { as: globex, json: other });
    expect(added.status).toBe(201);
    it.worker.wake();
    await it.receiver.arrived(8);
    const key = { label: 'other' };
    const made = await it.server.fetch(`${path}/api-keys`, { as: globex, json: key });
    expect(made.status).toBe(201);
    it.worker.wake();
    await it.receiver.arrived(9);
    expect(it.receiver.messages.at(-1)?.event.data.key.label).toBe('other');
    // The rest of the thirty waits for the eight that hang.
    expect(hanging).toHaveLength(8);
    it.receiver.answer(() => 204);
    for (const response of hanging) response.writeHead(204).end();
    await it.worker.idle();
    expect(it.receiver.messages).toHaveLength(31);
  });
});
