import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import {
  admit,
  createMemoryKeyStore,
  createVerifier,
  generateKey,
  type KeyRecord,
  nobleHashing,
  type VerifyRequest,
} from '../../../core/mod.ts';
import { keyRecord } from '../../support/keys.ts';

const { key } = generateKey();

function verifierOf(differences: Partial<KeyRecord> = {}) {
  const store = createMemoryKeyStore();
  store.put(nobleHashing.sha256(key), { record: keyRecord(differences), seal: null });
  return createVerifier({ store });
}

const authorized = new Headers({ authorization: `Bearer ${key}` });

test('admit() gives the key of a request, of its headers, or of a request of Node', async () => {
  const sources = [
    new Request('https://example.com/', { headers: authorized }),
    authorized,
    { headersDistinct: { authorization: [`Bearer ${key}`] } },
  ];
  for (const source of sources) {
    expect(await admit(verifierOf(), source, { scope: 'repos:read' })).toMatchObject({
      ok: true,
      key: { label: 'CI Pipeline' },
    });
  }
});

test('admit() gives the whole answer to a request without a key', async () => {
  expect(await admit(verifierOf(), new Headers())).toEqual({
    ok: false,
    status: 401,
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'WWW-Authenticate': 'Bearer',
    },
    body: '{"detail":"Missing API key"}',
    reason: 'missing',
  });
});

test('admit() names the missing scope, and the cause to the operator', async () => {
  const admission = await admit(verifierOf({ scopes: [] }), authorized, { scope: 'repos:read' });
  expect(admission).toMatchObject({
    status: 403,
    headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="repos:read"' },
    reason: 'scope',
  });
});

test('admit() describes the call', async () => {
  const asked: unknown[] = [];
  const { verify, cacheCounters } = verifierOf();
  const verifier = {
    cacheCounters,
    verify(given: string, request?: VerifyRequest) {
      asked.push(request?.call);
      return verify(given, request);
    },
  };
  const headers = { authorization: `Bearer ${key}`, 'user-agent': 'ci/1' };
  await admit(verifier, new Request('https://example.com/', { method: 'PUT', headers }));
  await admit(verifier, new Headers(headers), { endpoint: '/v1/a', method: 'GET' });
  expect(asked).toEqual([
    { endpoint: '-', method: 'PUT', userAgent: 'ci/1' },
    { endpoint: '/v1/a', method: 'GET', userAgent: 'ci/1' },
  ]);
});

test('admit() refuses a repeated Authorization, of which Node keeps only the first', async () => {
  const verifier = verifierOf();
  const server = createServer(async (request, response) => {
    const admission = await admit(verifier, request);
    response.end(admission.ok ? 'in' : admission.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answerTo = async (lines: readonly string[]) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(['GET / HTTP/1.1', 'Host: a', 'Connection: close', ...lines, '', ''].join('\r\n'));
    return (await text(socket)).split('\r\n\r\n')[1];
  };
  const line = `Authorization: Bearer ${key}`;
  expect(await answerTo([line])).toContain('in');
  expect(await answerTo([line, line])).toContain('Invalid API key');
  expect(await answerTo([line, 'Authorization: Bearer other'])).toContain('Invalid API key');
  expect(await answerTo([line, 'X-API-Key: other'])).toContain('Invalid API key');
  server.close();
  await once(server, 'close');
});

test('admit() rejects for a scope that is none, with or without a key, and names those that there are', async () => {
  const misspelt: string = 'repo:read';
  for (const headers of [authorized, new Headers()]) {
    // @ts-expect-error: the type refuses it as well.
    await expect(admit(verifierOf(), headers, { scope: misspelt })).rejects.toThrow(
      'there is no scope repo:read: there are repos:read, repos:analyze, extensions:read, ' +
        'extensions:submit, admin:*',
    );
  }
  const scope = 'repos:read';
  const dialects = ['platform'] as const;
  await expect(admit(verifierOf(), authorized, { scope, dialects })).rejects.toThrow(TypeError);
});

test('admit() takes a scope of its verifier’s service, which only a key that names it has', async () => {
  const extraScopes = ['billing:read', 'billing:charge=submit'] as const;
  const asked = async (differences: Partial<KeyRecord>) => {
    const store = createMemoryKeyStore();
    store.put(nobleHashing.sha256(key), { record: keyRecord(differences), seal: null });
    const verifier = createVerifier({ store, extraScopes });
    const admission = await admit(verifier, authorized, { scope: 'billing:charge' });
    return admission.ok ? 'ok' : admission.headers['WWW-Authenticate'];
  };
  const scopes = ['billing:charge'];
  expect(await asked({ scopes })).toBe('ok');
  const lacking = 'Bearer error="insufficient_scope", scope="billing:charge"';
  for (const others of [null, ['admin:*'], ['billing:read']]) {
    expect(await asked({ scopes: others })).toBe(lacking);
  }
  // Another scope would not help a viewer's key.
  const owner = { kind: 'member', id: 'user_1', role: 'viewer' } as const;
  expect(await asked({ scopes, owner })).toBeUndefined();
});
