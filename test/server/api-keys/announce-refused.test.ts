import { expect, test } from 'vitest';
import { announceRefused } from '../../../server/api-keys/announce-refused.ts';
import { body, issueKey, revokeKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startDelivering } from '../webhooks/delivering.ts';

const day = 86_400_000;
const settings = '/api/v1/settings/api-keys';

onBothDatabases((kind) => {
  test('announceRefused() tells each dead secret that is tried once in 30 days', async () => {
    await using it = await startDelivering(kind);
    await it.addWebhook({ events: ['api_key.refused'] });
    const { server, clock } = it;
    const { database } = server;
    const tryIt = (raw: string) =>
      server.fetch('/api/v1/key', { as: raw, headers: { 'user-agent': 'miner/1' } });
    const told = async () => {
      await server.usage.flush();
      await announceRefused({ database, now: clock.now });
      await it.worker.work();
      return it.receiver.messages.splice(0).map(({ event }) => event);
    };

    const { id, raw } = await issueKey(server);
    const json = { grace_seconds: 0 };
    const rotated = await server.fetch(`${settings}/${id}/rotate`, { as: 'parent-admin', json });
    const next = (await body<{ raw_key: string }>(rotated)).raw_key;
    const disabled = await issueKey(server);
    const off = { as: 'parent-admin', json: { disabled: true }, method: 'PATCH' };
    await server.fetch(`${settings}/${disabled.id}`, off);
    await tryIt(disabled.raw);
    expect(await told()).toEqual([]);

    const at = new Date(clock.now()).toISOString();
    for (let n = 0; n < 3; n++) await tryIt(raw);
    const first = await told();
    const preview = `${raw.slice(0, 13)}••••${raw.slice(-4)}`;
    expect(first).toMatchObject([
      {
        type: 'api_key.refused',
        data: {
          reason: 'retired',
          preview,
          ip_address: '127.0.0.1',
          user_agent: 'miner/1',
          at,
          key: { id },
        },
      },
    ]);
    await tryIt(raw);
    expect(await told()).toEqual([]);

    await revokeKey(server, id);
    await tryIt(next);
    await tryIt(raw);
    expect((await told()).map(({ data }) => data.reason)).toEqual(['revoked']);

    clock.advance(30 * day);
    expect(await told()).toEqual([]);
    await tryIt(raw);
    const again = await told();
    expect(again.map(({ data }) => data)).toMatchObject([{ reason: 'revoked', preview }]);
  });
});
