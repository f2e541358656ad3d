import { expect, test } from 'vitest';
import { announceExpiry } from '../../../server/api-keys/announce-expiry.ts';
import { announceRefused } from '../../../server/api-keys/announce-refused.ts';
import { eventPayloads } from '../../../server/api-keys/event-payloads.ts';
import { webhookEvents } from '../../../server/database/entities/webhook.ts';
import { WebhookAttempt } from '../../../server/database/entities/webhook-attempt.ts';
import { openApiDocument } from '../../../server/rest/openapi.ts';
import { camelKeys } from '../../../server/wire/case.ts';
import { answer, body, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from './delivering.ts';

const hour = 3_600_000;

onBothDatabases((kind) => {
  test('a delivery lists each attempt with its request, duration and answer', async () => {
    await using it = await startDelivering(kind);
    const { id, secret } = await it.addWebhook();
    const { raw } = await issueKey(it.server);
    it.receiver.answer((message, response) => {
      it.clock.advance(250);
      response.writeHead(500);
      response.end(
        `<b>\u0000\u202eno</b> ${secret} ${message.headers['webhook-signature']} ${raw}`,
      );
      return undefined;
    });
    const begun = it.clock.now();
    await it.worker.work();
    it.clock.advance(hour);
    it.receiver.answer(() => 204);
    await it.worker.work();
    const [delivery] = await it.deliveries(id);
    const [message] = it.receiver.messages;
    const at = new Date(begun).toISOString();
    expect(delivery).toMatchObject({
      status: 'delivered',
      payload: message?.body,
      attempt_count: 2,
      attempts: [
        {
          at,
          duration_ms: 250,
          url: it.receiver.url,
          headers: {
            'content-type': 'application/json',
            'user-agent': 'RepoRisk-Webhooks/1',
            'webhook-id': delivery?.event_id,
            'webhook-timestamp': message?.headers['webhook-timestamp'],
          },
          status: 500,
          error: 'HTTP 500',
          answer: '<b>\ufffd\ufffdno</b> [signing secret] [signature] [API key]',
        },
        { duration_ms: 0, status: 204, error: null, answer: null },
      ],
    });
    const shown = JSON.stringify(delivery);
    const stored = JSON.stringify(await it.server.database.read().find(WebhookAttempt, {}));
    for (const hidden of [secret.slice(6), raw, message?.headers['webhook-signature'] ?? '']) {
      expect(shown).not.toContain(hidden);
      expect(stored).not.toContain(hidden);
    }
  });

  test('a webhook tells its health, its last success and the counts of a day', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook();
    const health = async () => {
      const [webhook] = await it.webhooks();
      const { health, last_success_at, sent_24h, failed_24h } = webhook ?? {};
      return [health, last_success_at, sent_24h, failed_24h];
    };
    expect(await health()).toEqual(['ok', null, 0, 0]);
    it.receiver.answer(() => 500);
    await issueKey(it.server);
    await it.worker.work();
    expect(await health()).toEqual(['failing', null, 1, 1]);
    it.clock.advance(hour);
    it.receiver.answer(() => 204);
    await it.worker.work();
    const succeeded = new Date(it.clock.now()).toISOString();
    expect(await health()).toEqual(['ok', succeeded, 2, 1]);
    it.clock.advance(23 * hour);
    expect(await health()).toEqual(['ok', succeeded, 1, 0]);
    it.clock.advance(hour);
    expect(await health()).toEqual(['ok', succeeded, 0, 0]);
  });

  test('410 switches the webhook off at once, and what waits for it fails', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    await issueKey(it.server);
    await it.worker.work();
    it.receiver.answer(() => 410);
    await issueKey(it.server);
    await it.worker.work();
    expect(await it.webhooks()).toMatchObject([
      { is_active: false, health: 'off', disabled_reason: 'The endpoint answered 410 Gone' },
    ]);
    const failed = (await it.deliveries(id)).filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([{ attempt_count: 1, next_attempt_at: null }]);
    const { items } = await body<{ items: unknown[] }>(await it.settings('audit-log'));
    expect(items[0]).toMatchObject({
      actor: { kind: 'system' },
      action: 'webhooks.disable',
      target: { id },
      changes: { disabled_reason: 'The endpoint answered 410 Gone' },
    });
    const sent = it.receiver.messages.length;
    await issueKey(it.server);
    await it.worker.work();
    expect(it.receiver.messages).toHaveLength(sent);
  });

  test('Retry-After holds back everything for the endpoint, until its end or a call by hand', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    const other = await it.addWebhook({ url: `${it.receiver.url}/other` });
    const busy = (retryAfter: string) => {
      it.receiver.answer((message, response) => {
        if (message.path.endsWith('/other')) return 204;
        response.writeHead(429, { 'retry-after': retryAfter }).end();
        return undefined;
      });
    };
    const sent = () => it.receiver.messages.filter(({ path }) => !path.endsWith('/other')).length;
    const due = async () => (await it.deliveries(id)).map((each) => each.next_attempt_at);
    const later = (milliseconds: number) => new Date(it.clock.now() + milliseconds).toISOString();

    busy('7200');
    await issueKey(it.server);
    await it.worker.work();
    await issueKey(it.server);
    await it.worker.work();
    expect(sent()).toBe(1);
    expect(await due()).toEqual([later(2 * hour), later(2 * hour)]);
    expect(await it.deliveries(other.id)).toMatchObject([
      { status: 'delivered' },
      { status: 'delivered' },
    ]);
    it.clock.advance(2 * hour - 1);
    await it.worker.work();
    expect(sent()).toBe(1);

    // As a date, and longer than an event is tried at all.
    it.clock.advance(1);
    busy(new Date(it.clock.now() + 90 * 24 * hour).toUTCString());
    await it.worker.work();
    expect(sent()).toBeGreaterThan(1);
    const before = sent();
    it.clock.advance(hour);
    await it.worker.work();
    expect(sent()).toBe(before);
    const ends = (await due()).map((each) => Date.parse(String(each)) - it.clock.now());
    expect(Math.max(...ends)).toBeLessThanOrEqual(24 * hour);

    it.receiver.answer(() => 204);
    const [last] = await it.deliveries(id);
    await it.settings(`webhooks/${id}/deliveries/${last?.id}/redeliver`, {});
    await it.worker.work();
    expect((await it.deliveries(id))[0]).toMatchObject({ status: 'delivered' });
  });

  test('a test event is signed, sent once, and answered with what came back', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    it.receiver.answer((_message, response) => {
      it.clock.advance(40);
      response.writeHead(418).end('a teapot');
      return undefined;
    });
    const tested = await answer(it.settings(`webhooks/${id}/test`, {}));
    const [message] = it.receiver.messages;
    expect(tested).toMatchObject({
      status: 200,
      body: {
        type: 'webhook.test',
        event_id: message?.headers['webhook-id'],
        payload: message?.body,
        url: it.receiver.url,
        status: 418,
        error: 'HTTP 418',
        duration_ms: 40,
        answer: 'a teapot',
      },
    });
    expect(JSON.parse(message?.body ?? '')).toMatchObject({
      type: 'webhook.test',
      data: { webhook_id: id },
    });
    expect(message?.headers['webhook-signature']).toMatch(/^v1,/);
    expect(JSON.stringify(tested.body)).not.toContain(message?.headers['webhook-signature']);
    const procedure = await it.server.fetch('/trpc/webhooks.test', {
      as: 'parent-admin',
      json: { id },
    });
    expect(await body(procedure)).toMatchObject({ result: { data: { status: 418 } } });
    expect(it.receiver.messages).toHaveLength(2);
    // It is no delivery and does not affect the health.
    expect(await it.deliveries(id)).toEqual([]);
    expect(await it.webhooks()).toMatchObject([{ health: 'ok', sent_24h: 0 }]);
  });

  test('the newest 1,000 attempts of a webhook are kept, and none without its delivery', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    await issueKey(it.server);
    await it.worker.work();
    const [delivery] = await it.deliveries(id);
    const { database } = it.server;
    const rows = Array.from({ length: 1_200 }, (_, index) => ({
      id: `wha_0${String(index).padStart(4, '0')}`,
      ...{ deliveryId: String(delivery?.id), webhookId: id, at: new Date(index), durationMs: 0 },
      ...{ url: it.receiver.url, status: 500, error: 'HTTP 500', answer: null },
    }));
    await database.transaction((em) => em.insertMany(WebhookAttempt, rows));
    it.clock.advance(hour);
    await issueKey(it.server);
    await it.worker.work();
    const kept = () => database.read().count(WebhookAttempt, { webhookId: id });
    expect(await kept()).toBe(1_000);
    const newest = await database.read().find(WebhookAttempt, { error: null });
    expect(newest).toHaveLength(2);
    await it.settings(`webhooks/${id}`, undefined, 'DELETE');
    expect(await kept()).toBe(0);
  });
});

test('each event is sent as openApiDocument() describes it', async () => {
  await using it = await startDelivering('sqlite');
  const { server, clock } = it;
  const { database } = server;
  const { id } = await it.addWebhook();
  const key = await issueKey(server, { expires_in_days: 1 });
  await it.settings(`api-keys/${key.id}`, { label: 'Deploy' }, 'PATCH');
  await it.settings(`api-keys/${key.id}/rotate`, { grace_seconds: 0 });
  await server.fetch('/api/v1/key', { as: key.raw, headers: { 'user-agent': 'miner/1' } });
  await server.usage.flush();
  await announceRefused({ database, now: clock.now });
  await announceExpiry({ database, now: clock.now });
  const leaked = await issueKey(server);
  await server.fetch('/api/v1/leaks/report', {
    json: { token: leaked.raw },
  });
  await it.worker.work();
  await it.settings(`webhooks/${id}/test`, {});
  const sent = it.receiver.messages.map(({ event }) => event);
  for (const event of sent) {
    const described = eventPayloads.find(({ type }) => type === event.type);
    const parsed = described?.payload.safeParse(camelKeys(event));
    expect(parsed?.error?.issues ?? [], event.type).toEqual([]);
  }
  const types = [...webhookEvents, 'webhook.test'].sort();
  expect([...new Set(sent.map(({ type }) => type))].sort()).toEqual(types);
  const { webhooks } = openApiDocument([]) as { webhooks: Record<string, unknown> };
  expect(Object.keys(webhooks).sort()).toEqual(types);
});
