import { expect, test } from 'vitest';
import { applyOrganizationDeleted } from '../../../server/clerk/apply-organization.ts';
import type { Database } from '../../../server/database/database.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { Task } from '../../../server/database/entities/task.ts';
import { WebhookDelivery } from '../../../server/database/entities/webhook-delivery.ts';
import { body, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from './delivering.ts';

/** Keys by the hundred, whose secrets are not kept. */
async function insertKeys(database: Database, count: number, createdAt: Date): Promise<void> {
  const ids = Array.from({ length: count }, (_, number) => `key_${number}`);
  const key = { dialect: 'reporisk', environment: 'live', label: 'CI' } as const;
  const secret = { scheme: 'none', seal: '', prefix: 'rrk_live_', first4: 'AbCd', last4: 'Xy1z' };
  await database.transaction(async (em) => {
    const times = { createdAt, updatedAt: createdAt };
    await em.insertMany(
      ApiKey,
      ids.map((id) => ({ ...key, ...times, id, orgId: 'org_demo_acme' })),
    );
    await em.insertMany(
      ApiKeySecret,
      ids.map((id) => ({ ...secret, createdAt, lookup: id, keyId: id, retiresAt: null })),
    );
  });
}

onBothDatabases((kind) => {
  test('an organization that Clerk deleted is told of each of its keys', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook({ events: ['api_key.revoked'] });
    const keys = [await issueKey(it.server), await issueKey(it.server)];
    const now = new Date(it.clock.now());
    const deleted = { id: 'org_demo_acme' };
    const { database } = it.server;
    await database.transaction((em) =>
      applyOrganizationDeleted(em, deleted, { now, rowMacs: database.rowMacs }),
    );
    await it.worker.work();
    const told = keys.map(({ id }) => `api_key.revoked ${id}`);
    expect(it.receiver.events().sort()).toEqual(told.sort());
    expect(it.receiver.messages[0]?.event.data.key).toMatchObject({
      status: 'revoked',
      revoked_reason: 'organization deleted',
    });
  });

  test('revokeAll of many keys writes an event of each with the revocation', async () => {
    await using it = await startDelivering(kind);
    // More than one batch.
    const many = 250;
    await insertKeys(it.server.database, many, new Date(it.clock.now()));
    await it.addWebhook({ events: ['api_key.revoked'] });
    const response = await it.settings('api-keys/revoke-all', { confirm: many });
    expect(await body(response)).toEqual({ revoked: many });
    const em = it.server.database.read();
    expect(await em.count(WebhookDelivery, { type: 'api_key.revoked' })).toBe(many);
    expect(await em.count(Task, { type: 'webhook_delivery' })).toBe(many);
    await it.worker.work();
    expect(new Set(it.receiver.events()).size).toBe(many);
  });

  test('an event is written with its cause or not at all', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook();
    const { id } = await issueKey(it.server);
    const before = await it.server.database.read().count(WebhookDelivery);
    const refused = await it.settings(`api-keys/${id}`, { service_account_id: 'sa_x' }, 'PATCH');
    expect(refused.status).toBe(422);
    const unchanged = await it.settings(`api-keys/${id}`, {}, 'PATCH');
    expect(unchanged.status).toBe(200);
    expect(await it.server.database.read().count(WebhookDelivery)).toBe(before);
  });
});
