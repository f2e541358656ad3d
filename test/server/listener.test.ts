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

  const long = `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${'a'.repeat(20_000)}\r\n\r\n`;
  const tooLarge = await rawRequest(product.url, long);
  expect(tooLarge).toMatch(/^HTTP\/1\.1 431 /);
  expect(tooLarge).toMatch(/\{"detail":"Request headers are too large"\}$/);
});
