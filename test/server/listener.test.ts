import { expect, test } from 'vitest';
import { serverProcess } from '../support/server-process.ts';
import { rawRequest } from './http/raw-request.ts';

test('what no HTTP parser takes is refused in the shape of every error', async () => {
  await using product = await serverProcess();
  const malformed = await rawRequest(
    product.url,
    'GET / HTTP/1.1\r\nHost: localhost\r\nA\0: b\r\n\r\n',
  );
  expect(malformed).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(malformed).toMatch(/\r\nX-Request-Id: req_\w{26}\r\n/);
  expect(malformed).toMatch(/\r\n\r\n\{"detail":"Malformed HTTP request"\}$/);

  for (const [request, answer] of [
    ['GET /api/v1/key HTTP/1.1\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['GET / HTTP/1.1\r\nHost: localhost\r\nhOST: b\r\n\r\n', '400 Bad Request'],
    ['OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['GET / HTTP/1.1\r\nHost: local host\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['GET / HTTP/1.1\r\nHost: localhost\r\nExpect: foo\r\n\r\n', '417 Expectation Failed'],
  ] as const) {
    const refused = await rawRequest(product.url, request);
    expect(refused).toContain(`HTTP/1.1 ${answer}\r\n`);
    expect(refused).toMatch(/\r\nx-request-id: req_\w{26}\r\n/i);
    expect(refused).toMatch(/\{"detail":"(Malformed HTTP request|Expectation failed)"\}$/);
  }

  const long = `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${'a'.repeat(20_000)}\r\n\r\n`;
  const tooLarge = await rawRequest(product.url, long);
  expect(tooLarge).toMatch(/^HTTP\/1\.1 431 /);
  expect(tooLarge).toMatch(/\{"detail":"Request headers are too large"\}$/);
});

test('what never reaches /auth/verify is 403 for nginx, and says its status', async () => {
  await using product = await serverProcess();
  const asked = 'GET /auth/verify?scope=repos:read&proxy=nginx HTTP/1.1\r\n';
  const close = 'Connection: close\r\n\r\n';
  for (const [rest, status] of [
    ['Host: localhost\r\nA\0: b\r\n\r\n', 400],
    [close, 400],
    [`Host: localhost\r\nHost: b\r\n${close}`, 400],
    [`Host: local host\r\n${close}`, 400],
    [`Host: localhost\r\nExpect: foo\r\n${close}`, 417],
    [`Host: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const refused = await rawRequest(product.url, asked + rest);
    expect(refused).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(refused.toLowerCase()).toContain(`\r\nx-reporisk-status: ${status}\r\n`);
    const plain = await rawRequest(product.url, asked.replace('proxy=nginx', 'proxy=no') + rest);
    expect(plain).toContain(`HTTP/1.1 ${status} `);
    expect(plain.toLowerCase()).not.toContain('x-reporisk-status');
  }
});

test('HTTP/1.0 needs no Host, and a GET that announces a body spoils no later request', async () => {
  await using product = await serverProcess();
  const health = await rawRequest(product.url, 'GET /healthz HTTP/1.0\r\n\r\n');
  expect(health).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  const announced = [
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ];
  const answered = await rawRequest(product.url, announced.join(''));
  expect(answered.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  expect(answered).toMatch(/\r\nconnection: close\r\n/i);
});
