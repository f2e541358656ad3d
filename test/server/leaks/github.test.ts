import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateKey } from '../../../core/mod.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { answer, body, issueKey } from '../../support/issued-keys.ts';
import { insertKeys } from '../../support/many-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';
import { documented, github, signedHeaders } from './github.ts';
import { leaksIn, works } from './outcome.ts';

const path = '/api/v1/leaks/github';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const match = (token: string, url = 'https://github.com/octocat/one') => ({
  token,
  type: 'reporisk_api_key',
  url,
  source: 'content',
});
const label = (token: string, isOurs: boolean) => ({
  token_hash: sha256(token),
  token_type: 'reporisk_api_key',
  label: isOurs ? 'true_positive' : 'false_positive',
});

async function rotate(server: RunningServer, id: string, grace: number): Promise<string> {
  const response = await server.fetch(`/api/v1/settings/api-keys/${id}/rotate`, {
    as: 'parent-admin',
    json: { grace_seconds: grace },
  });
  return (await body<{ raw_key: string }>(response)).raw_key;
}

onBothDatabases((kind) => {
  test("GitHub's matches: what each secret still opens is taken away, each is labelled", async () => {
    const hub = github();
    let waits = 0;
    await using server = await startServerOn(kind, {
      leaks: { githubKeys: hub.keys },
      propagated: async () => void waits++,
    });
    const current = await issueKey(server);
    const retiring = await issueKey(server);
    const successor = await rotate(server, retiring.id, 3600);
    const retired = await issueKey(server);
    const afterRetired = await rotate(server, retired.id, 0);
    const { key: unknown } = generateKey({ environment: 'live' });
    await server.fetch('/api/v1/settings/webhooks', {
      as: 'parent-admin',
      json: { url: 'https://hooks.example/keys', events: ['api_key.leaked'] },
    });
    waits = 0;
    const tokens = [current.raw, 'no key', retiring.raw, unknown, retired.raw, current.raw];
    const sent = hub.call(
      tokens.map((token, index) => match(token, `https://github.com/${index}`)),
    );
    expect(await answer(server.fetch(path, sent))).toEqual({
      status: 200,
      body: tokens.map((token, index) => label(token, [0, 2, 4, 5].includes(index))),
    });
    expect(waits).toBe(1);

    expect(await works(server, current.raw)).toBe(401);
    expect(await works(server, retiring.raw)).toBe(401);
    expect(await works(server, successor)).toBe(200);
    expect(await works(server, afterRetired)).toBe(200);
    const em = server.database.read();
    expect(await em.findOneOrFail(ApiKey, { id: current.id })).toMatchObject({
      revokedReason: 'leaked',
      revokedAt: expect.any(Date),
    });
    const log = await leaksIn(server);
    const told = { actor: 'github', orgId: 'org_demo_acme' };
    const url = 'https://github.com/';
    expect(log).toHaveLength(3);
    expect(log).toContainEqual({
      ...told,
      target: current.id,
      secret: 'current',
      action: 'key revoked',
      preview: current.record.preview,
      places: [`${url}0`, `${url}5`],
      fingerprints: [expect.stringMatching(/^[0-9a-f]{8}\.[0-9a-f]{64}$/)],
    });
    expect(log).toContainEqual({
      ...told,
      target: retiring.id,
      secret: 'retiring',
      action: 'grace ended',
      preview: retiring.record.preview,
      places: [`${url}2`],
      fingerprints: [expect.any(String)],
    });
    expect(log).toContainEqual(
      expect.objectContaining({ target: retired.id, secret: 'retired', action: 'recorded' }),
    );
    const payloads = await em.execute<{ payload: string }[]>(
      "select payload from webhook_delivery where type = 'api_key.leaked'",
    );
    const leaked = payloads.map(({ payload }) => JSON.parse(payload).data);
    expect(leaked).toHaveLength(3);
    expect(leaked).toContainEqual({
      secret: 'current',
      action: 'key revoked',
      preview: current.record.preview,
      url: `${url}0`,
      places: [`${url}0`, `${url}5`],
      key: expect.objectContaining({ id: current.id, status: 'revoked' }),
    });
    // The preview is of the secret that leaked, the key shows the one it has now.
    expect(leaked).toContainEqual(
      expect.objectContaining({
        secret: 'retired',
        preview: retired.record.preview,
        url: `${url}4`,
        key: expect.objectContaining({ id: retired.id, key_suffix: afterRetired.slice(-4) }),
      }),
    );

    // Once more: the key is revoked already, and the answer is the same.
    const again = await answer(server.fetch(path, hub.call([match(current.raw)])));
    expect(again.body).toEqual([label(current.raw, true)]);
    expect((await leaksIn(server)).at(-1)).toMatchObject({ secret: 'current', action: 'recorded' });
    expect(await server.database.auditLog.verify(em, null)).toMatchObject({ fault: null });
    expect(server.log.join()).not.toContain(current.raw);
  });

  test('each of several secrets of one key is told with its own place', async () => {
    const hub = github();
    await using server = await startServerOn(kind, { leaks: { githubKeys: hub.keys } });
    const { id, raw } = await issueKey(server);
    const secrets = [raw, await rotate(server, id, 0), await rotate(server, id, 3600)];
    await server.fetch('/api/v1/settings/webhooks', {
      as: 'parent-admin',
      json: { url: 'https://hooks.example/keys', events: ['api_key.leaked'] },
    });
    secrets.push(await rotate(server, id, 3600));
    const sent = secrets.map((token, index) => match(token, `https://github.com/${index}`));
    expect((await server.fetch(path, hub.call(sent))).status).toBe(200);
    const rows = await server.database
      .read()
      .execute<{ payload: string }[]>('select payload from webhook_delivery');
    const told = rows.map(({ payload }) => JSON.parse(payload).data);
    expect(told.map(({ secret, url, key }) => [secret, url, key.id]).sort()).toEqual([
      ['current', 'https://github.com/3', id],
      ['retired', 'https://github.com/0', id],
      ['retired', 'https://github.com/1', id],
      ['retiring', 'https://github.com/2', id],
    ]);
  });

  test('a place that holds the secret itself is recorded without it', async () => {
    const hub = github();
    await using server = await startServerOn(kind, { leaks: { githubKeys: hub.keys } });
    const { raw } = await issueKey(server);
    await server.fetch('/api/v1/settings/webhooks', {
      as: 'parent-admin',
      json: { url: 'https://hooks.example/keys', events: ['api_key.leaked'] },
    });
    // Cut where places are cut, the rest of the secret would still be most of it.
    const places = [
      `https://github.com/o/${raw}.txt`,
      `https://github.com/${'o'.repeat(460)}/${raw}`,
    ];
    await server.fetch(path, hub.call(places.map((place) => match(raw, place))));
    const [leak] = await leaksIn(server);
    expect(leak).toMatchObject({
      places: ['https://github.com/o/[API key].txt', expect.any(String)],
    });
    const em = server.database.read();
    const told = await em.execute<{ payload: string }[]>('select payload from webhook_delivery');
    expect(told).toHaveLength(1);
    expect(JSON.stringify([leak, told])).not.toContain(raw.slice(0, 20));
  });

  test('thousands of secrets in one call are one transaction', async () => {
    const hub = github();
    let transactions = 0;
    await using server = await startServerOn(kind, {
      leaks: { githubKeys: hub.keys },
      every: () => () => {},
      wrap: (database) => ({
        ...database,
        keys: database.keys,
        transaction(work) {
          transactions += 1;
          return database.transaction(work);
        },
      }),
    });
    await server.fetch('/api/v1/settings/session', { as: 'parent-admin' });
    const em = server.database.read();
    const tokens = await insertKeys(server, 2_000);
    const [first] = tokens;
    expect(await works(server, first ?? '')).toBe(200);
    transactions = 0;
    const sent = hub.call(tokens.map((raw) => match(raw)));
    const { status, body: labels } = await answer(server.fetch(path, sent));
    expect(status).toBe(200);
    expect(labels.filter((each: { label: string }) => each.label === 'true_positive')).toHaveLength(
      2_000,
    );
    expect(transactions).toBe(1);
    expect(await works(server, first ?? '')).toBe(401);
    expect(await em.count(ApiKey, { revokedReason: 'leaked' })).toBe(2_000);
    expect(await leaksIn(server)).toHaveLength(2_000);
  });

  test('a call that GitHub did not sign changes nothing and is not even parsed', async () => {
    const clock = testClock();
    const hub = github(clock.now);
    const options = { now: clock.now, leaks: { githubKeys: hub.keys } };
    await using server = await startServerOn(kind, options);
    const { raw } = await issueKey(server);
    const { body: signed, headers } = hub.call([match(raw)]);
    const post = (content: string, sent: Record<string, string>) =>
      answer(server.fetch(path, { body: content, headers: sent }));
    const refused = { status: 401, body: { detail: 'Invalid signature' } };
    const json = { 'content-type': 'application/json' };
    expect(await post(signed, json)).toEqual(refused);
    expect(await post(`${signed} `, headers)).toEqual(refused);
    expect(await post('{', headers)).toEqual(refused);
    expect(await post(signed, signedHeaders('current', 'bm9uc2Vuc2U='))).toEqual(refused);
    const other = signedHeaders('other', headers['github-public-key-signature'] ?? '');
    expect(await post(signed, other)).toEqual(refused);
    expect(await works(server, raw)).toBe(200);
    // One fetch for all of them, an unknown id included; a minute later the keys are fetched again.
    expect(hub.state.fetches).toBe(1);
    clock.advance(60_001);
    expect(await post(signed, other)).toEqual(refused);
    expect(hub.state.fetches).toBe(2);

    const malformed = hub.call('[{"token":1}]');
    expect(await post(malformed.body, malformed.headers)).toMatchObject({
      status: 422,
      body: {
        detail: [
          { loc: ['body', 0, 'token'], type: 'type_error.str' },
          { loc: ['body', 0, 'type'], type: 'value_error.missing' },
        ],
      },
    });
    const broken = hub.call('{');
    expect(await post(broken.body, broken.headers)).toMatchObject({
      status: 422,
      body: { detail: [{ type: 'value_error.jsondecode' }] },
    });
    expect(
      (
        await server.fetch(path, {
          body: signed,
          headers: { ...headers, 'content-type': 'text/plain' },
        })
      ).status,
    ).toBe(415);

    // A key that cannot be looked up again is not trusted indefinitely.
    hub.state.isAway = true;
    clock.advance(3_600_001);
    const away = await server.fetch(path, { body: signed, headers });
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await works(server, raw)).toBe(200);
    // No client makes this server call GitHub more than once a second.
    const { fetches } = hub.state;
    for (let time = 0; time < 5; time++) expect((await post(signed, headers)).status).toBe(503);
    expect(hub.state.fetches).toBe(fetches);
    hub.state.isAway = false;
    clock.advance(1_000);
    expect((await post(signed, headers)).status).toBe(200);
    expect(await works(server, raw)).toBe(401);
  });

  test('wrong signatures are limited by address, and GitHub itself is let through', async () => {
    const hub = github();
    const perAddress = { limit: 4, windowSeconds: 60 };
    await using server = await startServerOn(kind, {
      leaks: { githubKeys: hub.keys },
      rateLimits: { perAddress },
    });
    const { raw } = await issueKey(server);
    const { body: signed, headers } = hub.call([match(raw)]);
    const wrong = () => server.fetch(path, { body: `${signed} `, headers });
    const answers = await Promise.all(Array.from({ length: 20 }, wrong));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(4);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(16);
    expect(refused[0]?.headers.get('ratelimit-policy')).toBe('"failed-auth";q=4;w=60');
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await works(server, raw)).toBe(200);
    expect((await server.fetch(path, { body: signed, headers })).status).toBe(200);
    // The key is revoked, and the refusals to this address are now rate-limited: 429 in place of
    // 401.
    expect(await works(server, raw)).toBe(429);
    expect(await leaksIn(server)).toHaveLength(1);
  });

  test("the example of GitHub's documentation is taken in", async () => {
    const hub = github();
    await using server = await startServerOn(kind, { leaks: { githubKeys: hub.keys } });
    const { body: sent, keyId, signature } = documented;
    const response = server.fetch(path, { body: sent, headers: signedHeaders(keyId, signature) });
    expect(await answer(response)).toEqual({
      status: 200,
      body: [
        { token_hash: sha256('some_token'), token_type: 'some_type', label: 'false_positive' },
      ],
    });
  });
});
