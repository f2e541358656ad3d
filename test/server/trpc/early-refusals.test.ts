import { expect, test } from 'vitest';
import { startServerOn } from '../../support/server.ts';

test('what tRPC refuses early is JSON, with the status that REST gives', async () => {
  await using server = await startServerOn('sqlite');
  const json = { 'content-type': 'application/json' };
  const authorization = `Bearer ${server.token('parent-admin')}`;
  const refused: [path: string, init: RequestInit, status: number][] = [
    ['/trpc/session.get', { method: 'DELETE' }, 405],
    ['/trpc/session.get', { method: 'OPTIONS' }, 405],
    ['/trpc/session.get', { method: 'PATCH', body: '{}', headers: json }, 405],
    ['/trpc/apiKeys.create', { method: 'POST', body: 'x' }, 401],
    ['/trpc/apiKeys.create', { method: 'POST', body: 'x', headers: { authorization } }, 415],
    [
      '/trpc/apiKeys.create',
      { method: 'POST', body: new FormData(), headers: { authorization } },
      415,
    ],
    [`/trpc/${Array(25).fill('session.get')}?batch=1`, { method: 'GET' }, 400],
    ['/trpc/session.get', { method: 'GET', headers: { 'trpc-accept': 'application/jsonl' } }, 400],
  ];
  for (const [path, init, status] of refused) {
    const response = await fetch(server.url + path, init);
    const told = [response.status, response.headers.get('content-type')];
    expect([path, init.method, ...told]).toEqual([path, init.method, status, 'application/json']);
    expect(response.headers.has('allow')).toBe(status === 405);
    await response.json();
  }
});

test('a parameter that is named like what every object has is a parameter like any other', async () => {
  await using server = await startServerOn('sqlite');
  for (const name of ['constructor', 'to_string', '__proto__', 'has_own_property', 'value_of']) {
    const path = `/api/v1/repos?${name}=1`;
    expect([name, (await server.fetch(path, { as: 'parent-admin' })).status]).not.toContain(500);
  }
});

test('a trusted proxy’s request id is kept, and no other', async () => {
  const headers = { 'X-Request-Id': 'edge-1234.5' };
  for (const [trustedProxies, isKept] of [
    [['127.0.0.1'], true],
    [[], false],
  ] as const) {
    await using server = await startServerOn('sqlite', { trustedProxies });
    const id = (await server.fetch('/healthz', { headers })).headers.get('x-request-id');
    expect(id === 'edge-1234.5').toBe(isKept);
    const odd = { 'X-Request-Id': 'a b\t<script>' };
    const other = (await server.fetch('/healthz', { headers: odd })).headers.get('x-request-id');
    expect(other).toMatch(/^req_\w{26}$/);
  }
});
