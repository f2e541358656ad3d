import { expect, test } from 'vitest';
import { secureRandom } from '../../../core/mod.ts';
import { createKeyring } from '../../../server/crypto/keyring.ts';
import { openDatabase } from '../../../server/database/database.ts';
import { Webhook } from '../../../server/database/entities/webhook.ts';
import { moveRows } from '../../../server/operations/secrets/move-rows.ts';
import { createSealer } from '../../../server/sealing.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { testSecret } from '../../support/keyring.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from '../webhooks/delivering.ts';

const next = new Uint8Array(32).fill(9);

/** What a process works with that knows these secrets and uses the first. */
async function knowing(url: string, secret: Uint8Array, previous: Uint8Array | null) {
  const keyring = createKeyring(secret, previous);
  keyring.use(keyring.accepted[0]?.name ?? '');
  const forged: unknown[] = [];
  const errors: unknown[] = [];
  const onForgedRow = (row: unknown) => void forged.push(row);
  const database = await openDatabase(url, { keyring, onForgedRow });
  const sealer = createSealer(keyring.key('credential'), secureRandom);
  const logger = { error: (details: unknown) => void errors.push(details) };
  return { database, keyring, sealer, logger, forged, errors };
}

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

    const changing = await knowing(server.databaseUrl, next, testSecret);
    await using _changing = changing.database;
    const moved = await moveRows(changing);
    // The demo's link and jobs, the account, and the deliveries of the key.
    expect(moved.webhooks).toBe(1);
    expect(moved.rows).toBeGreaterThan(3);
    expect(moved.unreadable).toBe(1);
    expect(changing.errors).toMatchObject([{ webhook: broken.id }]);
    expect(await moveRows(changing)).toEqual({ webhooks: 0, rows: 0, unreadable: 1 });

    // A process that knows the new secret only reads everything.
    const changed = await knowing(server.databaseUrl, next, null);
    await using _changed = changed.database;
    const webhook = await changed.database.read().findOneOrFail(Webhook, { id });
    expect(changed.sealer.open(webhook.previousSecret ?? '', webhook.orgId)).toBe(secret);
    expect(changed.sealer.open(webhook.secret, webhook.orgId)).toMatch(/^whsec_/);
    expect((await moveRows(changed)).rows).toBe(0);
    expect(changed.forged).toEqual([]);
  });
});
