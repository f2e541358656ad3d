import { expect, test } from 'vitest';
import { secureRandom } from '../../../core/mod.ts';
import { Webhook } from '../../../server/database/entities/webhook.ts';
import { createSealer } from '../../../server/sealing.ts';
import { resealWebhooks } from '../../../server/webhooks/reseal.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from './delivering.ts';

const key = (byte: number) => new Uint8Array(32).fill(byte);

onBothDatabases((kind) => {
  test('resealWebhooks() moves signing secrets to the new key', async () => {
    await using it = await startDelivering(kind);
    const { id, secret } = await it.addWebhook();
    await it.settings(`webhooks/${id}`, { rotate_secret: true }, 'PATCH');
    const { database } = it.server;
    const changing = createSealer(key(9), key(8), secureRandom);
    expect(await resealWebhooks(database, changing)).toBe(1);
    expect(await resealWebhooks(database, changing)).toBe(0);
    const moved = await database.read().findOneOrFail(Webhook, { id });
    const changed = createSealer(key(9), null, secureRandom);
    expect(changed.open(moved.previousSecret ?? '', moved.orgId)).toBe(secret);
    expect(changed.open(moved.secret, moved.orgId)).toMatch(/^whsec_/);
  });
});
