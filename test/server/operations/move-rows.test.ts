import { expect, test } from 'vitest';
import { readAnthropicKey } from '../../../server/anthropic/stored-key.ts';
import { Webhook } from '../../../server/database/entities/webhook.ts';
import { moveRows } from '../../../server/operations/secrets/move-rows.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { processKnowing, testSecret } from '../../support/keyring.ts';
import { demoAnthropicKey, onBothDatabases } from '../../support/server.ts';
import { startDelivering } from '../webhooks/delivering.ts';

const next = new Uint8Array(32).fill(9);

onBothDatabases((kind) => {
  test('moveRows() moves signing secrets and MACs to the secret in use, and leaves what it cannot read', async () => {
    await using it = await startDelivering(kind);
    const { server } = it;
    const { id, secret } = await it.addWebhook();
    const broken = await it.addWebhook();
    await it.settings(`webhooks/${id}`, { rotate_secret: true }, 'PATCH');
    const json = { name: 'CI', role: 'engineer' };
    const account = await answer(it.settings('service-accounts', json));
    await issueKey(server, { service_account_id: account.body.id });
    const em = server.database.read();
    await em.execute("update webhook set secret = 'v1.000000000000.junk' where id = ?", [
      broken.id,
    ]);
    await em.execute("update service_account set role_mac = 'junk' where id <> ?", [
      account.body.id,
    ]);

    await em.execute("update anthropic_key set mac = 'junk' where org_id = 'org_demo_initech'");

    const changing = await processKnowing(server.databaseUrl, next, testSecret);
    await using _changing = changing.database;
    const moved = await moveRows(changing);
    // The demo's link and jobs, the account, and the deliveries of the key.
    expect(moved.webhooks).toBe(1);
    expect(moved.rows).toBeGreaterThan(3);
    expect(moved.anthropicKeys).toBe(2);
    expect(moved.unreadable).toBe(2);
    expect(changing.errors).toMatchObject([{ webhook: broken.id }]);
    expect(await moveRows(changing)).toEqual({
      webhooks: 0,
      anthropicKeys: 0,
      rows: 0,
      unreadable: 2,
      unreadableWebhooks: [broken.id],
      unreadableAnthropicKeys: ['org_demo_initech'],
    });

    // A process with only the new secret reads everything.
    const changed = await processKnowing(server.databaseUrl, next, null);
    await using _changed = changed.database;
    const webhook = await changed.database.read().findOneOrFail(Webhook, { id });
    expect(changed.encryption.decrypt(webhook.previousSecret ?? '', webhook.orgId)).toBe(secret);
    expect(changed.encryption.decrypt(webhook.secret, webhook.orgId)).toMatch(/^whsec_/);
    const key = await readAnthropicKey(changed.database.read(), 'org_demo_acme', changed);
    expect(key?.secret).toBe(demoAnthropicKey);
    expect(changed.forged).toEqual([]);
    expect((await moveRows(changed)).rows).toBe(0);
    expect(changed.forged).toMatchObject([{ kind: 'anthropic-key' }]);
  });

  test('moveRows() moves a present signing secret beside an earlier one that it cannot read, and the reverse', async () => {
    await using it = await startDelivering(kind);
    const { server } = it;
    const good = await it.addWebhook();
    const bad = await it.addWebhook();
    for (const { id } of [good, bad]) {
      await it.settings(`webhooks/${id}`, { rotate_secret: true }, 'PATCH');
    }
    const em = server.database.read();
    const junk = (column: string, id: string) =>
      em.execute(`update webhook set ${column} = 'v1.000000000000.junk' where id = ?`, [id]);
    await junk('previous_secret', good.id);
    await junk('secret', bad.id);

    const changing = await processKnowing(server.databaseUrl, next, testSecret);
    await using _changing = changing.database;
    expect(await moveRows(changing)).toMatchObject({
      webhooks: 2,
      unreadable: 1,
      unreadableWebhooks: [bad.id],
    });
    expect(changing.errors).toHaveLength(2);
    expect(await moveRows(changing)).toMatchObject({ webhooks: 0, unreadableWebhooks: [bad.id] });

    const changed = await processKnowing(server.databaseUrl, next, null);
    await using _changed = changed.database;
    const find = (id: string) => changed.database.read().findOneOrFail(Webhook, { id });
    const moved = await find(good.id);
    expect(changed.encryption.decrypt(moved.secret, moved.orgId)).toMatch(/^whsec_/);
    expect(moved).toMatchObject({ previousSecret: null, previousSecretUntil: null });
    const left = await find(bad.id);
    expect(changed.encryption.decrypt(left.previousSecret ?? '', left.orgId)).toBe(bad.secret);
    expect(left.secret).toBe('v1.000000000000.junk');
  });
});
