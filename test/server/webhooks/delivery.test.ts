import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { answer, body, issueKey, revokeKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from './delivering.ts';

const hour = 3_600_000;

onBothDatabases((kind) => {
  test('every change of a key is told, in order, and signed', async () => {
    await using it = await startDelivering(kind);
    const { secret } = await it.addWebhook();
    const { id, raw } = await issueKey(it.server);
    await it.settings(`api-keys/${id}`, { label: 'Deploy' }, 'PATCH');
    const rotated = await it.settings(`api-keys/${id}/rotate`, { grace_seconds: 60 });
    const { raw_key: second } = await body<{ raw_key: string }>(rotated);
    await it.settings(`api-keys/${id}/end-grace`, {});
    await revokeKey(it.server, id);
    await it.worker.work();
    expect(it.receiver.events()).toEqual([
      `api_key.created ${id}`,
      `api_key.updated ${id}`,
      `api_key.rotated ${id}`,
      `api_key.updated ${id}`,
      `api_key.revoked ${id}`,
    ]);
    for (const { body, headers, event } of it.receiver.messages) {
      // The package uses the present time; the signature is over the test's.
      const at = new Date(Number(headers['webhook-timestamp']) * 1000);
      const signature = new Webhook(secret).sign(headers['webhook-id'] ?? '', at, body);
      expect(headers['webhook-signature']).toBe(signature);
      expect(at.getTime()).toBe(Math.floor(it.clock.now() / 1000) * 1000);
      expect(event.timestamp).toBe(new Date(it.clock.now()).toISOString());
      expect(body).not.toContain(raw);
      expect(body).not.toContain(second);
      expect(event.data.key).toMatchObject({ id, key_prefix: expect.any(String) });
    }
    expect(it.receiver.messages.at(-1)?.event.data.key).toMatchObject({
      label: 'Deploy',
      status: 'revoked',
    });
    const ids = it.receiver.messages.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(5);
  });

  test('a message verifies with the public package', async () => {
    await using it = await startDelivering(kind);
    it.clock.advance(Date.now() - it.clock.now());
    const { secret } = await it.addWebhook();
    await issueKey(it.server);
    await it.worker.work();
    const [message] = it.receiver.messages;
    if (message === undefined) throw new Error('nothing arrived');
    expect(new Webhook(secret).verify(message.body, message.headers)).toEqual(message.event);
    expect(() => new Webhook(secret).verify(`${message.body} `, message.headers)).toThrow();
  });

  test('after a rotation messages carry both signatures for 24 hours', async () => {
    await using it = await startDelivering(kind);
    it.clock.advance(Date.now() - it.clock.now());
    const first = await it.addWebhook();
    const patched = await it.settings(`webhooks/${first.id}`, { rotate_secret: true }, 'PATCH');
    const second = await body<{ secret: string }>(patched);
    expect(second.secret).toMatch(/^whsec_/);
    expect(second.secret).not.toBe(first.secret);
    await issueKey(it.server);
    await it.worker.work();
    const [message] = it.receiver.messages;
    if (message === undefined) throw new Error('nothing arrived');
    for (const { secret } of [first, second]) {
      expect(new Webhook(secret).verify(message.body, message.headers)).toEqual(message.event);
    }
    it.clock.advance(24 * hour);
    await issueKey(it.server);
    await it.worker.work();
    expect(it.receiver.messages[1]?.headers['webhook-signature']).not.toContain(' ');
  });

  test('a webhook hears only what it asked for, and only of its organization', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook({ events: ['api_key.revoked'] });
    const { id } = await issueKey(it.server);
    await revokeKey(it.server, id);
    const outsider = it.server.session({
      user: 'user_mallory',
      organization: 'org_demo_globex',
      role: 'admin',
    });
    await issueKey(it.server, {}, outsider);
    await it.worker.work();
    expect(it.receiver.events()).toEqual([`api_key.revoked ${id}`]);
  });

  test('the events of a key wait for an earlier one that failed; other keys do not', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook();
    const slow = await issueKey(it.server);
    it.receiver.answer(({ event }) => (event.data.key.id === slow.id ? 500 : 204));
    await it.worker.work();
    await revokeKey(it.server, slow.id);
    const other = await issueKey(it.server);
    await it.worker.work();
    expect(it.receiver.events()).toEqual([
      `api_key.created ${slow.id}`,
      `api_key.created ${other.id}`,
    ]);
    it.receiver.answer(() => 204);
    it.clock.advance(hour);
    await it.worker.work();
    expect(it.receiver.events().slice(2)).toEqual([
      `api_key.created ${slow.id}`,
      `api_key.revoked ${slow.id}`,
    ]);
    const [first, , again] = it.receiver.messages;
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(again?.body).toBe(first?.body);
  });

  test('a receiver that fails, redirects, hangs or breaks off loses no event', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    const key = await issueKey(it.server);
    const told = () => it.deliveries(id).then(([delivery]) => delivery);

    it.receiver.answer(() => 500);
    await it.worker.work();
    expect(await told()).toMatchObject({ status: 'pending', attempt_count: 1, last_status: 500 });

    it.clock.advance(hour);
    it.receiver.answer((_message, response) => {
      response.writeHead(307, { location: it.receiver.url }).end();
      return undefined;
    });
    await it.worker.work();
    expect(await told()).toMatchObject({ attempt_count: 2, last_error: 'HTTP 307: not followed' });
    expect(it.receiver.messages).toHaveLength(2);

    it.clock.advance(hour);
    it.receiver.answer(() => undefined);
    it.worker.wake();
    await it.receiver.arrived(3);
    it.worker.timeOut();
    await it.worker.idle();
    expect(await told()).toMatchObject({
      attempt_count: 3,
      last_status: null,
      last_error: 'no answer in time',
    });

    it.clock.advance(hour);
    it.receiver.answer((_message, response) => {
      response.destroy();
      return undefined;
    });
    await it.worker.work();
    expect(await told()).toMatchObject({
      attempt_count: 4,
      last_error: 'the connection was closed before an answer',
    });

    // Slowly, and without ever ending the body: the status counts, nothing else is read.
    it.clock.advance(hour);
    it.receiver.answer((_message, response) => {
      setImmediate(() => response.writeHead(200).write('x'.repeat(100_000)));
      return undefined;
    });
    await it.worker.work();
    expect(await told()).toMatchObject({ status: 'delivered', attempt_count: 5, last_error: null });
    expect(new Set(it.receiver.events())).toEqual(new Set([`api_key.created ${key.id}`]));
  });

  test('after 24 hours without an answer the endpoint is disabled, and says why', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    it.receiver.answer(() => 503);
    await issueKey(it.server);
    const other = await issueKey(it.server);
    await revokeKey(it.server, other.id);
    for (let passed = 0; passed <= 24; passed++) {
      await it.worker.work();
      expect(await it.webhooks()).toMatchObject([{ is_active: passed < 24 }]);
      it.clock.advance(hour);
    }
    expect(await it.webhooks()).toMatchObject([
      { is_active: false, disabled_reason: expect.stringContaining('HTTP 503') },
    ]);
    const statuses = (await it.deliveries(id)).map(({ status }) => status);
    expect(statuses).toEqual(['failed', 'failed', 'failed']);
    const { items: audited } = await body<{ items: unknown[] }>(await it.settings('audit-log'));
    expect(audited[0]).toMatchObject({
      actor: { id: null, kind: 'system' },
      action: 'webhooks.disable',
      target: { id, kind: 'webhook' },
    });
    const count = it.receiver.messages.length;
    await issueKey(it.server);
    await it.worker.work();
    expect(it.receiver.messages).toHaveLength(count);

    it.receiver.answer(() => 204);
    const enabled = await it.settings(`webhooks/${id}`, { is_active: true }, 'PATCH');
    expect(await body(enabled)).toMatchObject({ is_active: true, disabled_reason: null });
    await issueKey(it.server);
    await it.worker.work();
    expect(it.receiver.messages).toHaveLength(count + 1);
  });

  test('an endpoint that accepts other events is not disabled for one that it refuses', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    const refused = await issueKey(it.server);
    it.receiver.answer(({ event }) => (event.data.key.id === refused.id ? 400 : 204));
    await it.worker.work();
    it.clock.advance(12 * hour);
    await issueKey(it.server);
    await it.worker.work();
    it.clock.advance(12 * hour);
    await it.worker.work();
    expect(await it.webhooks()).toMatchObject([{ is_active: true }]);
    const statuses = (await it.deliveries(id)).map(({ status }) => status);
    expect(statuses.sort()).toEqual(['delivered', 'failed']);
  });

  test('an event can be sent again, delivered or given up, under its own id', async () => {
    await using it = await startDelivering(kind);
    const { id } = await it.addWebhook();
    await issueKey(it.server);
    await it.worker.work();
    const [delivery] = await it.deliveries(id);
    const again = `webhooks/${id}/deliveries/${delivery?.id}/redeliver`;
    expect(await answer(it.settings(again, {}))).toMatchObject({
      status: 200,
      body: { id: delivery?.id, status: 'pending', delivered_at: null },
    });
    await it.settings(again, {});
    await it.worker.work();
    expect(await it.deliveries(id)).toMatchObject([{ status: 'delivered', attempt_count: 2 }]);
    const [first, second] = it.receiver.messages;
    expect(it.receiver.messages).toHaveLength(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    await it.settings(`webhooks/${id}`, { is_active: false }, 'PATCH');
    expect(await answer(it.settings(again, {}))).toEqual({
      status: 409,
      body: { detail: 'Webhook is disabled' },
    });
  });

  test('revokeAll and the archive of a sub-org tell each key', async () => {
    await using it = await startDelivering(kind);
    const subOrg = await it.settings('sub-orgs', { name: 'Web' });
    const { id: sub_org_id } = await body<{ id: number }>(subOrg);
    const keys = [await issueKey(it.server, { sub_org_id }), await issueKey(it.server)];
    await it.addWebhook({ events: ['api_key.revoked'] });
    await it.settings(`sub-orgs/${sub_org_id}/archive`, {});
    await it.settings('api-keys/revoke-all', { confirm: 1 });
    await it.worker.work();
    const told = keys.map(({ id }) => `api_key.revoked ${id}`);
    expect(it.receiver.events().sort()).toEqual(told.sort());
  });
});
