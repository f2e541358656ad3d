import { expect, test } from 'vitest';
import { announceRefused } from '../../../server/api-keys/announce-refused.ts';
import { answer, issueKey, revokeKey } from '../../support/issued-keys.ts';
import { databaseKinds, startServerOn } from '../../support/server.ts';

const settings = '/api/v1/settings';
const as = 'parent-admin';

/** Times that no process writes, and that no calendar shows. */
const times = { sqlite: ["'abc'", '9e18', '-9e18'], postgresql: ["'infinity'", "'-infinity'"] };

for (const kind of databaseKinds) {
  test(`a row that was written by hand on ${kind} keeps no list and no announcement from others`, async () => {
    await using server = await startServerOn(kind);
    const key = await issueKey(server);
    const json = { url: 'https://hooks.example/keys', events: ['api_key.created'] };
    const webhook = await answer(server.fetch(`${settings}/webhooks`, { as, json }));
    await issueKey(server);
    const write = (sql: string, ...values: string[]) =>
      server.database.transaction((em) => em.execute(sql, values));
    const read = async (path: string) => (await server.fetch(settings + path, { as })).status;
    const deliveries = `/webhooks/${webhook.body.id}/deliveries`;
    const [{ id: delivery } = { id: '' }] = await server.database
      .read()
      .execute<{ id: string }[]>('select id from webhook_delivery');

    const columns = ['null', '{}', '"x"', '[null]', '[1]', '[{"hour":1,"sent":"1"}]', '[1e300]'];
    for (const hours of columns) {
      await write('update webhook_health set hours = ?', hours);
      expect([hours, await read('/webhooks')]).toEqual([hours, 200]);
    }
    for (const time of times[kind]) {
      await write(`update webhook_health set last_success_at = ${time}`);
      expect([time, await read('/webhooks')]).toEqual([time, 200]);
      await write(
        `insert into webhook_attempt (id, delivery_id, webhook_id, at, duration_ms, url)
         values (?, ?, ?, ${time}, 1, 'x')`,
        ...[`wha_${time}`, delivery, webhook.body.id],
      );
      expect([time, await read(deliveries)]).toEqual([time, 200]);
      await write(
        `insert into key_refusal (key_id, reason, ip_address, count, first_at, last_at)
         values (?, 'x', ?, 9223372036854775807, ${time}, ${time})`,
        ...[key.id, time],
      );
      await write(
        `insert into key_client_use (key_id, day, ip_address, user_agent, calls, last_used_at)
         values (?, '2999-01-01', ?, '', 2147483647, ${time})`,
        ...[key.id, time],
      );
      expect([time, await read(`/api-keys/${key.id}/usage`)]).toEqual([time, 200]);
      await write(
        `insert into key_refused_secret (key_id, preview, reason, ip_address, last_at)
         values (?, ?, 'revoked', '', ${time})`,
        ...[key.id, time],
      );
      await write(`update api_key set expires_at = ${time}`);
      // It has expired, or expires later than a calendar shows; PostgreSQL's infinity is no time.
      const { status } = await server.fetch('/api/v1/key', { as: key.raw });
      expect([time, [200, 401, 503].includes(status)]).toEqual([time, true]);
      await write('update api_key set expires_at = null');
      await write(`update api_key set created_at = ${time}`);
      expect([time, await read('/api-keys')]).toEqual([time, 200]);
    }
    const forms = ["'{}'", "'[1]'", '\'"a"\'', ...(kind === 'sqlite' ? ["'x'", "x'00'"] : [])];
    for (const form of forms) {
      for (const column of ['scopes', 'ip_allow_list', 'rate_limit']) {
        await write(`update api_key set ${column} = ${form} where id = '${key.id}'`);
        const shown = [await read('/api-keys'), await read(`/api-keys/${key.id}/unused-scopes`)];
        const { status } = await server.fetch('/api/v1/key', { as: key.raw });
        expect([form, column, ...shown, status]).toEqual([form, column, 200, 200, 503]);
        await write(`update api_key set ${column} = null where id = '${key.id}'`);
      }
    }
    const rotation = { as, json: { grace_seconds: 60 } };
    await server.fetch(`${settings}/api-keys/${key.id}/rotate`, rotation);
    for (const time of kind === 'sqlite' ? ['9e18'] : ["'infinity'", "'294276-12-31'"]) {
      await write(`update api_key_secret set retires_at = ${time} where retires_at is not null`);
      expect([time, await read(`/api-keys/${key.id}/retiring-use`)]).toEqual([time, 200]);
    }
    await write('delete from api_key_secret where key_id = ?', key.id);
    expect([await read('/api-keys'), await read(`/api-keys/${key.id}`)]).toEqual([200, 200]);
    await revokeKey(server, key.id);

    const announced = await announceRefused({ database: server.database, now: Date.now });
    expect(announced).toBe(times[kind].length);
  });
}
