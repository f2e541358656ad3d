import { expect, test } from 'vitest';
import { Webhook } from '../../../server/database/entities/webhook.ts';
import { publicTargets } from '../../../server/network/target-policy.ts';
import { answer, body, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, onOneServerEach, startServerOn } from '../../support/server.ts';

const path = '/api/v1/settings/webhooks';
const as = 'parent-admin';
const url = 'https://hooks.example/keys';

onOneServerEach((server) => {
  const add = (json: object, who: string = as) => server().fetch(path, { as: who, json });

  test('create answers the record and the secret, once; list, update and remove do not', async () => {
    const created = await answer(add({ url, events: ['api_key.revoked', 'api_key.revoked'] }));
    expect(created).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^wh_[0-9A-Z]{26}$/),
        url,
        events: ['api_key.revoked'],
        is_active: true,
        disabled_reason: null,
        health: 'ok',
        last_success_at: null,
        sent_24h: 0,
        failed_24h: 0,
        created_at: expect.any(String),
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      },
    });
    const { secret, ...record } = created.body;
    const list = await body<{ items: unknown[] }>(await server().fetch(path, { as }));
    expect(list.items).toContainEqual(record);
    const one = `${path}/${record.id}`;
    const json = { url: 'https://hooks.example/other', events: ['api_key.leaked'] };
    expect(await answer(server().fetch(one, { as, method: 'PATCH', json }))).toEqual({
      status: 200,
      body: { ...record, ...json },
    });
    expect((await server().fetch(one, { as, method: 'DELETE' })).status).toBe(204);
    expect(await answer(server().fetch(one, { as, method: 'DELETE' }))).toEqual({
      status: 404,
      body: { detail: 'Webhook not found' },
    });
  });

  test('the signing secret is stored sealed, and logged nowhere', async () => {
    const { id, secret } = await body<{ id: string; secret: string }>(await add({ url }));
    const stored = await server().database.read().findOneOrFail(Webhook, { id });
    expect(JSON.stringify(stored)).not.toContain(secret.slice(6));
    const { encryption } = server().services;
    expect(encryption.decrypt(stored.secret, stored.orgId)).toBe(secret);
    expect(() => encryption.decrypt(stored.secret, 'org_demo_globex')).toThrow();
    expect(server().log.join('')).not.toContain(secret.slice(6));
    const log = await server().fetch('/api/v1/settings/audit-log', { as });
    expect(await log.text()).not.toContain(secret.slice(6));
  });

  const scheme = { loc: ['body', 'url'], type: 'value_error.url.scheme' };
  test.each([
    [{ url: 'http://hooks.example/' }, { ...scheme, ctx: { allowed_schemes: ['https'] } }],
    [{ url: 'ftp://hooks.example/' }, scheme],
    [{ url: 'hooks.example' }, scheme],
    [{}, { loc: ['body', 'url'], type: 'value_error.missing' }],
    [{ url: 'https://me:secret@hooks.example/' }, { loc: ['body', 'url'], type: 'value_error' }],
    [{ url: 'https://hooks.example:25/' }, { loc: ['body', 'url'], type: 'value_error' }],
    [{ url: 'https://127.0.0.1/' }, { loc: ['body', 'url'], type: 'value_error' }],
    [{ url: 'https://127.0.0.1:8443/' }, { loc: ['body', 'url'], type: 'value_error' }],
    [{ url: 'https://10.0.0.8/' }, { loc: ['body', 'url'], type: 'value_error' }],
    [{ url: 'https://169.254.169.254/latest' }, { loc: ['body', 'url'], type: 'value_error' }],
    [{ url: 'https://[::1]/' }, { loc: ['body', 'url'], type: 'value_error' }],
    [{ url: 'https://[fd00::1]/' }, { loc: ['body', 'url'], type: 'value_error' }],
    [{ url: 'https://[::ffff:10.0.0.1]/' }, { loc: ['body', 'url'], type: 'value_error' }],
    [
      { url, events: [] },
      { loc: ['body', 'events'], type: 'value_error.list.min_items' },
    ],
    [
      { url, events: ['key.gone'] },
      { loc: ['body', 'events', 0], type: 'type_error.enum' },
    ],
  ])('%j is refused: 422', async (json, error) => {
    expect(await answer(add(json))).toMatchObject({ status: 422, body: { detail: [error] } });
  });

  test("another organization's webhook is not found", async () => {
    const { id } = await body<{ id: string }>(await add({ url }));
    await issueKey(server());
    const own = await server().fetch(`${path}/${id}/deliveries`, { as });
    const [delivery] = (await body<{ items: { id: string }[] }>(own)).items;
    const stranger = server().session({
      user: 'u',
      organization: 'org_demo_globex',
      role: 'admin',
    });
    const missing = { status: 404, body: { detail: 'Webhook not found' } };
    const send = (rest: string, options: object) =>
      answer(server().fetch(`${path}/${id}${rest}`, { as: stranger, ...options }));
    expect(await send('', { method: 'PATCH', json: { is_active: false } })).toEqual(missing);
    expect(await send('', { method: 'DELETE' })).toEqual(missing);
    expect(await send('/deliveries', {})).toEqual(missing);
    expect(await send(`/deliveries/${delivery?.id}/redeliver`, { json: {} })).toEqual(missing);
    const list = await server().fetch(path, { as: stranger });
    expect(await body(list)).toEqual({ items: [], next_cursor: null });
    const other = await body<{ id: string }>(await add({ url }, stranger));
    const crossed = `${path}/${other.id}/deliveries/${delivery?.id}/redeliver`;
    expect(await answer(server().fetch(crossed, { as: stranger, json: {} }))).toEqual({
      status: 404,
      body: { detail: 'Delivery not found' },
    });
  });
});

onBothDatabases((kind) => {
  test('a name that is resolved to a private address is refused: 422', async () => {
    let addresses = ['8.8.8.8', '10.0.0.1'];
    const targets = { ...publicTargets, resolve: async () => addresses };
    await using server = await startServerOn(kind, { targets });
    const add = () => answer(server.fetch(path, { as, json: { url } }));
    expect(await add()).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'url'], msg: 'URL must lead to a public address' }] },
    });
    addresses = ['8.8.8.8'];
    expect((await add()).status).toBe(201);
  });
});
