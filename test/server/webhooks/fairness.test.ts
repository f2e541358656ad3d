import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { WebhookDelivery } from '../../../server/database/entities/webhook-delivery.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from './delivering.ts';

onBothDatabases((kind) => {
  test('500 events for 20 endpoints that never answer delay no other organization', async () => {
    await using it = await startDelivering(kind);
    const { server, receiver, worker } = it;
    const hanging: ServerResponse[] = [];
    receiver.answer(({ path }, response) => {
      if (path === '/other') return 204;
      hanging.push(response);
      return undefined;
    });
    for (let count = 0; count < 20; count++) await it.addWebhook();
    for (let count = 0; count < 25; count++) await issueKey(server);
    const waiting = () => server.database.read().count(WebhookDelivery, { status: 'pending' });
    expect(await waiting()).toBe(500);
    worker.wake();
    await receiver.arrived(8);

    const user = { user: 'user_globex', organization: 'org_demo_globex', role: 'admin' } as const;
    const as = server.session(user);
    const url = receiver.url.replace('/hook', '/other');
    const path = '/api/v1/settings';
    expect((await server.fetch(`${path}/webhooks`, { as, json: { url } })).status).toBe(201);
    for (let round = 1; round <= 3; round++) {
      await issueKey(server, {}, as);
      worker.wake();
      // Not one of those that hang has ended.
      await receiver.arrived(8 + round);
      expect(receiver.messages.at(-1)?.path).toBe('/other');
    }
    expect(hanging).toHaveLength(8);
    // These end: the next eight are tried, and the other organization still has its own.
    for (const response of hanging.splice(0)) response.writeHead(500).end();
    await receiver.arrived(19);
    await issueKey(server, {}, as);
    worker.wake();
    await receiver.arrived(20);
    expect(receiver.messages.at(-1)?.path).toBe('/other');
    expect((await it.webhooks()).filter(({ health }) => health === 'failing')).not.toEqual([]);
    // The rest is not waited for.
    receiver.answer((_message, response) => {
      response.writeHead(410).end();
      return undefined;
    });
    for (const response of hanging) response.writeHead(410).end();
    await worker.idle();
    expect(await waiting()).toBe(0);
    const { items } = (await (await server.fetch(`${path}/webhooks`, { as })).json()) as {
      items: object[];
    };
    expect(items).toMatchObject([{ health: 'ok', sent_24h: 4, failed_24h: 0 }]);
  });

  test('an organization has two test events under way at once; another has its own', async () => {
    await using it = await startDelivering(kind);
    const { server, receiver } = it;
    const hanging: ServerResponse[] = [];
    receiver.answer((_message, response) => {
      hanging.push(response);
      return undefined;
    });
    const { id } = await it.addWebhook();
    const send = () => it.settings(`webhooks/${id}/test`, {});
    const two = [send(), send()];
    await receiver.arrived(2);
    const third = await send();
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '10']);
    const user = { user: 'user_globex', organization: 'org_demo_globex', role: 'admin' } as const;
    const as = server.session(user);
    const path = '/api/v1/settings/webhooks';
    const added = await server.fetch(path, { as, json: { url: receiver.url } });
    const { id: other } = (await added.json()) as { id: string };
    receiver.answer(() => 204);
    expect((await server.fetch(`${path}/${other}/test`, { as, json: {} })).status).toBe(200);
    for (const response of hanging) response.writeHead(204).end();
    const statuses = (await Promise.all(two)).map(({ status }) => status);
    expect(statuses).toEqual([200, 200]);
    expect((await send()).status).toBe(200);
  });
});
