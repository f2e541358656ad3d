import { expect, test } from 'vitest';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, onOneServerEach, startServerOn } from '../../support/server.ts';
import { head, parsed, rawRequest } from './raw-request.ts';

const repos = '/api/v1/repos';
const analyze = '/api/v1/repos/analyze';
const invalid = { status: 401, body: { detail: 'Invalid API key' } };
const missing = { status: 401, body: { detail: 'Missing API key' } };

onOneServerEach((server) => {
  async function raw(method: string, path: string, headers: readonly string[]) {
    const { status, body } = parsed(await rawRequest(server().url, head(method, path, headers)));
    return { status, body: JSON.parse(body) };
  }

  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR', 'Bearer  '])(
    'Authorization takes the scheme as %j',
    async (scheme) => {
      const key = await issueKey(server());
      const { status } = await server().fetch(repos, {
        headers: { authorization: `${scheme} ${key.raw}` },
      });
      expect(status).toBe(200);
    },
  );

  test.each(['Basic', 'Token', 'Bearer:', 'Bearer,', ''])(
    'Authorization refuses the scheme %j',
    async (scheme) => {
      const key = await issueKey(server());
      const headers = { authorization: `${scheme} ${key.raw}` };
      expect(await answer(server().fetch(repos, { headers }))).toEqual(invalid);
    },
  );

  test('Authorization sent twice is refused, be it the same or another', async () => {
    const [one, other] = [await issueKey(server()), await issueKey(server())];
    for (const second of [one, other]) {
      const headers = [`Authorization: Bearer ${one.raw}`, `authorization: Bearer ${second.raw}`];
      expect(await raw('GET', repos, headers)).toEqual(invalid);
    }
  });

  test('X-API-Key is no credential of its own', async () => {
    const key = await issueKey(server());
    expect(await answer(server().fetch(repos, { headers: { 'x-api-key': key.raw } }))).toEqual(
      missing,
    );
  });

  test('X-API-Key beside Authorization must say the same', async () => {
    const [key, other] = [await issueKey(server()), await issueKey(server())];
    const authorization = `Authorization: Bearer ${key.raw}`;
    const same = `X-API-Key: ${key.raw}`;
    expect((await raw('GET', repos, [authorization, same])).status).toBe(200);
    expect(await raw('GET', repos, [authorization, `X-API-Key: ${other.raw}`])).toEqual(invalid);
    expect(await raw('GET', repos, [authorization, 'X-API-Key:'])).toEqual(invalid);
    expect(await raw('GET', repos, [authorization, same, same])).toEqual(invalid);
    expect(await raw('GET', repos, [same, same])).toEqual(invalid);
  });

  test('X-API-Key is not mistaken for a session where one is needed', async () => {
    const key = await issueKey(server());
    const session = '/api/v1/settings/session';
    expect(await answer(server().fetch(session, { headers: { 'x-api-key': key.raw } }))).toEqual({
      status: 401,
      body: { detail: 'Sign in required' },
    });
  });

  test('a key anywhere but in Authorization is none', async () => {
    const key = await issueKey(server());
    const query = `?api_key=${key.raw}&access_token=${key.raw}&key=${key.raw}`;
    for (const headers of [{}, { cookie: `__session=${key.raw}` }, { cookie: `key=${key.raw}` }]) {
      const { status } = await server().fetch(repos + query, { headers });
      expect(status).toBe(401);
    }
  });

  test('__session is read where there is no other credential', async () => {
    const cookie = `theme=dark; __session=${server().token('parent-admin')}; x=y`;
    const { status } = await server().fetch(repos, { headers: { cookie } });
    expect(status).toBe(200);
    const session = await server().fetch('/api/v1/settings/session', { headers: { cookie } });
    expect(session.status).toBe(200);
  });

  test('__session is not read beside Authorization or X-API-Key', async () => {
    const cookie = `__session=${server().token('parent-admin')}`;
    const junk = { cookie, authorization: 'Bearer junk' };
    expect(await answer(server().fetch(repos, { headers: junk }))).toEqual(invalid);
    const other = { cookie, 'x-api-key': 'junk' };
    expect(await answer(server().fetch(repos, { headers: other }))).toEqual(missing);
  });

  test('__session twice with different values is refused', async () => {
    const token = server().token('parent-admin');
    const cookie = `__session=${token}; __session=${server().token('outsider')}`;
    expect(await answer(server().fetch(repos, { headers: { cookie } }))).toEqual(invalid);
  });

  test('__session acts only for a page of the server itself', async () => {
    const cookie = `__session=${server().token('parent-admin')}`;
    const json = { url: 'https://git.invalid/acme-security/by-cookie' };
    const as = (headers: Record<string, string>) =>
      answer(server().fetch(analyze, { json, headers: { cookie, ...headers } }));
    expect(await as({})).toEqual(invalid);
    expect(await as({ origin: 'null' })).toEqual(invalid);
    expect(await as({ origin: 'https://evil.example' })).toEqual(invalid);
    expect(await as({ origin: server().url.replace('http:', 'https:') })).toEqual(invalid);
    expect((await as({ origin: server().url })).status).toBe(202);
  });

  test.each(['PATCH', 'DELETE'])('__session needs an origin for %s too', async (method) => {
    const key = await issueKey(server());
    const cookie = `__session=${server().token('parent-admin')}`;
    const path = `/api/v1/settings/api-keys/${key.id}`;
    expect(await answer(server().fetch(path, { method, headers: { cookie } }))).toEqual({
      status: 401,
      body: { detail: 'Sign in required' },
    });
    expect((await server().fetch(repos, { as: key.raw })).status).toBe(200);
  });

  test('401 carries WWW-Authenticate, on every plane', async () => {
    const paths = [
      repos,
      '/api/v1/key',
      '/auth/verify',
      '/api/v1/settings/session',
      '/trpc/session.get',
    ];
    for (const path of paths) {
      const response = await server().fetch(path);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
  });
});

onBothDatabases((kind) => {
  test('__session acts for the pages of authorized parties', async () => {
    const party = 'https://app.example.com';
    await using server = await startServerOn(kind, { authorizedParties: [party] });
    const cookie = `__session=${server.token('parent-admin')}`;
    const json = { url: 'https://git.invalid/acme-security/by-cookie' };
    for (const [origin, status] of [
      [party, 202],
      [`${party}.evil.example`, 401],
    ] as const) {
      const response = await server.fetch(analyze, { json, headers: { cookie, origin } });
      expect(response.status).toBe(status);
    }
  });

  test('X-Forwarded-Host makes no page elsewhere one of the server’s, but from a trusted proxy', async () => {
    const forwarded = { 'x-forwarded-host': 'app.example', 'x-forwarded-proto': 'https' };
    for (const [trustedProxies, status] of [
      [[], 401],
      [['192.0.2.0/24'], 401],
      [['127.0.0.1'], 202],
    ] as const) {
      await using server = await startServerOn(kind, { trustedProxies, demo: false });
      const cookie = `__session=${server.token('parent-admin')}`;
      const headers = { cookie, origin: 'https://app.example', ...forwarded };
      const json = { url: 'https://git.invalid/acme-security/by-cookie' };
      expect((await server.fetch(analyze, { json, headers })).status).toBe(status);
    }
  });

  test('X-Forwarded-For counts only from a trusted proxy', async () => {
    const list = { ip_allow_list: ['203.0.113.0/24'] };
    const denied = {
      status: 403,
      body: { detail: "Access denied: address is not on the API key's allow list" },
    };
    for (const [trustedProxies, isTrusted] of [
      [[], false],
      [['127.0.0.1/32'], true],
    ] as const) {
      await using server = await startServerOn(kind, { trustedProxies, demo: false });
      const key = await issueKey(server, list);
      const from = (value: string) =>
        answer(server.fetch(repos, { as: key.raw, headers: { 'x-forwarded-for': value } }));
      expect((await from('203.0.113.9')).status).toBe(isTrusted ? 200 : 403);
      // The client's own entry stands before the proxy's.
      expect(await from('203.0.113.9, 198.51.100.7')).toEqual(denied);
      expect(await from('junk')).toEqual(denied);
      expect(await from('')).toEqual(denied);
    }
  });

  test('ip_allow_list lets the socket’s own address in', async () => {
    await using server = await startServerOn(kind);
    const key = await issueKey(server, { ip_allow_list: ['127.0.0.0/8'] });
    const other = await issueKey(server, { ip_allow_list: ['10.0.0.0/8', '::1/128'] });
    expect((await server.fetch(repos, { as: key.raw })).status).toBe(200);
    expect((await server.fetch(repos, { as: other.raw })).status).toBe(403);
  });
});
