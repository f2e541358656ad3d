import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { generateKey, openRemoteVerifier } from '../../../core/mod.ts';

const { key } = generateKey();

const identity = {
  'X-RepoRisk-Org': 'org_acme',
  'X-RepoRisk-Sub-Org': '-',
  'X-RepoRisk-Key-Id': 'key_01ARYZ6S41TSV4RRFFQ69G5FAV',
  'X-RepoRisk-Scopes': 'repos:read',
  'X-RepoRisk-Environment': 'live',
  'X-RepoRisk-Project': '-',
};

/** A server that may answer anything, and a verifier that asks it. */
async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const errors: unknown[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { verify } = openRemoteVerifier({ url, onError: (error) => errors.push(error) });
  return {
    url,
    verify,
    errors,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a 200 with every identity header is an acceptance', async () => {
  const asked: IncomingMessage[] = [];
  await using server = await answering((request, response) => {
    asked.push(request);
    response.writeHead(200, { ...identity, 'X-RepoRisk-Sub-Org': '7' }).end();
  });
  const address = '192.0.2.7';
  expect(await server.verify(key, { scope: 'repos:read', address })).toEqual({
    ok: true,
    key: {
      id: identity['X-RepoRisk-Key-Id'],
      organizationId: 'org_acme',
      subOrgId: 7,
      scopes: ['repos:read'],
      environment: 'live',
      projectId: null,
    },
  });
  await server.verify(key);
  expect(asked.map(({ url }) => url)).toEqual(['/auth/verify?scope=repos%3Aread', '/auth/verify']);
  expect(asked[0]?.headers).toMatchObject({
    authorization: `Bearer ${key}`,
    'x-forwarded-for': address,
  });
  expect(asked[1]?.headers).not.toHaveProperty('x-forwarded-for');
});

test.for([
  ...Object.keys(identity).map((name) => [name, undefined] as const),
  ['X-RepoRisk-Sub-Org', '0'],
  ['X-RepoRisk-Sub-Org', 'seven'],
  ['X-RepoRisk-Scopes', ''],
  ['X-RepoRisk-Scopes', 'repos:read,admin:*'],
  ['X-RepoRisk-Environment', 'prod'],
  ['X-RepoRisk-Key-Id', 'a key'],
] as const)('a 200 whose %s is %j accepts no key', async ([name, value]) => {
  await using server = await answering((_, response) => {
    const headers: Record<string, string> = { ...identity, [name]: value ?? '' };
    if (value === undefined) delete headers[name];
    response.writeHead(200, headers).end();
  });
  expect(await server.verify(key)).toMatchObject({ ok: false, refusal: { status: 503 } });
  expect(String(server.errors[0])).toContain('200 without the identity headers');
});

test.for([
  [401, '{"detail":"Invalid API key"}', { code: 'invalid_key', detail: 'Invalid API key' }],
  [
    403,
    '{"detail":"API access requires a Tier 3 plan"}',
    { code: 'tier_required', detail: 'API access requires a Tier 3 plan' },
  ],
  [403, '{"detail":"A rule of tomorrow"}', { detail: 'A rule of tomorrow' }],
  [403, '<html>', { code: 'insufficient_permissions', detail: 'Insufficient permissions' }],
  [401, '{"detail":["a"]}', { code: 'invalid_key', detail: 'Invalid API key' }],
  [429, 'a'.repeat(100_000), { code: 'rate_limited', detail: 'Rate limit exceeded' }],
] as const)('a %i with the body %j is passed on', async ([status, body, refusal]) => {
  await using server = await answering((_, response) => response.writeHead(status).end(body));
  expect(await server.verify(key)).toMatchObject({
    ok: false,
    refusal: { status, ...refusal },
    key: null,
  });
  expect(server.errors).toEqual([]);
});

test('the seconds to wait, the limits and the missing scope are passed on', async () => {
  let status = 429;
  await using server = await answering((_, response) => {
    const challenge = 'Bearer error="insufficient_scope", scope="repos:read"';
    const headers = { 'Retry-After': '7', RateLimit: '"key";r=0;t=7' };
    response.writeHead(status, { ...headers, 'WWW-Authenticate': challenge, 'Set-Cookie': 'a=b' });
    response.end('{}');
  });
  const limited = await server.verify(key);
  expect(limited).toMatchObject({ headers: { 'Retry-After': '7', RateLimit: '"key";r=0;t=7' } });
  status = 403;
  expect(await server.verify(key)).toMatchObject({
    headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="repos:read"' },
  });
});

test.for([204, 301, 302, 400, 404, 500, 502, 503])('a %i is 503', async (status) => {
  await using server = await answering((_, response) => {
    response.writeHead(status, { ...identity, Location: '/auth/verify' }).end();
  });
  const outcome = await server.verify(key);
  expect(outcome).toMatchObject({ ok: false, reason: 'unavailable', refusal: { status: 503 } });
  expect(String(server.errors[0])).toContain(`answered ${status}`);
});

test('what an async onError rejects with is ignored: unhandled, it would end the process', async () => {
  const gone = await answering(() => {});
  await gone[Symbol.asyncDispose]();
  const onError = () => Promise.reject(new Error('of the observer'));
  const away = openRemoteVerifier({ url: gone.url, onError });
  // An unhandled rejection would fail this file.
  expect(await away.verify(key)).toMatchObject({ ok: false, refusal: { status: 503 } });
});

test('a server that is away, or does not answer, is 503; no error holds the key', async () => {
  const errors: unknown[] = [];
  const onError = (error: unknown) => {
    errors.push(error);
    throw new Error('of the observer');
  };
  const gone = await answering(() => {});
  await gone[Symbol.asyncDispose]();
  const away = openRemoteVerifier({ url: gone.url, onError });
  expect(await away.verify(key)).toMatchObject({ ok: false, refusal: { status: 503 } });
  await using silent = await answering(() => {});
  expect(await silent.verify(key)).toMatchObject({ ok: false, refusal: { status: 503 } });
  expect(String(errors[0])).toContain('ECONNREFUSED');
  expect(String(silent.errors[0])).toContain('no answer within 2000 ms');
  for (const error of [...errors, ...silent.errors]) {
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(key);
  }
});

test('sandbox keys, and keys without the scope, are refused whatever the server says', async () => {
  let headers: Record<string, string> = { ...identity, 'X-RepoRisk-Environment': 'test' };
  await using server = await answering((_, response) => response.writeHead(200, headers).end());
  expect(await server.verify(key)).toMatchObject({ refusal: { code: 'environment_denied' } });
  expect((await server.verify(key, { environments: ['test'] })).ok).toBe(true);
  headers = identity;
  expect(await server.verify(key, { scope: 'repos:analyze' })).toMatchObject({ reason: 'scope' });
});

test('what cannot be a token is not sent', async () => {
  let requests = 0;
  await using server = await answering((_, response) => {
    requests += 1;
    response.writeHead(200, identity).end();
  });
  for (const odd of ['', 'a\r\nX-RepoRisk-Org: b', 'a b', 'ä', 'a'.repeat(600)]) {
    expect(await server.verify(odd)).toMatchObject({ reason: 'malformed' });
  }
  expect(requests).toBe(0);
});

test.for([
  'http://api.example.com',
  'ftp://127.0.0.1',
  'https://user@api.example.com',
  'https://api.example.com/?a',
  'http://127.0.0.1.example.com',
  'api.example.com',
])('%s is no address of a server', (url) => {
  expect(() => openRemoteVerifier({ url })).toThrow('url must be https');
});
