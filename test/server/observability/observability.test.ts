import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { generateKey } from '../../../core/mod.ts';
import { postgresDatabase } from '../../support/postgres.ts';
import { serverProcess } from '../../support/server-process.ts';

async function issue({ url, token }: Awaited<ReturnType<typeof serverProcess>>) {
  const session = await token('parent-admin');
  const response = await fetch(`${url}/api/v1/settings/api-keys`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${session}`, 'Content-Type': 'application/json' },
    body: '{"label":"CI"}',
  });
  const { key, raw_key } = (await response.json()) as { key: { id: string }; raw_key: string };
  return { id: key.id, key: raw_key, session };
}

const use = (url: string, key: string) =>
  fetch(`${url}/api/v1/key`, { headers: { Authorization: `Bearer ${key}` } });

test('/metrics counts verifications by outcome, and the wait of a revocation', async () => {
  await using product = await serverProcess();
  const { url } = product;
  const { id, key, session } = await issue(product);
  for (let i = 0; i < 3; i++) expect((await use(url, key)).status).toBe(200);
  expect((await use(url, generateKey().key)).status).toBe(401);
  const revoked = await fetch(`${url}/api/v1/settings/api-keys/${id}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${session}` },
  });
  expect(revoked.status).toBe(204);
  expect((await use(url, key)).status).toBe(401);

  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('reporisk_verifications_total{outcome="accepted"} 3\n');
  expect(metrics).toContain('reporisk_verifications_total{outcome="unknown"} 1\n');
  expect(metrics).toContain('reporisk_verifications_total{outcome="revoked"} 1\n');
  // The answers to the creation and to the revocation.
  expect(metrics).toMatch(/^reporisk_revocation_wait_seconds_count [2-9]$/m);
  expect(metrics).toMatch(/^reporisk_lease_epoch [1-9]\d*$/m);
  expect(metrics).not.toContain(key);
});

test('/metrics is not there through a proxy', async () => {
  // Outside demo mode, which refuses every forwarded request.
  await using product = await serverProcess({ CLERK_JWT_KEY: await publicKey() });
  const direct = await fetch(`${product.url}/metrics`);
  expect(direct.status).toBe(200);
  const proxied = await fetch(`${product.url}/metrics`, {
    headers: { 'X-Forwarded-For': '203.0.113.9' },
  });
  expect(proxied.status).toBe(404);
});

test('/readyz follows the database, /healthz the process', async () => {
  const place = await postgresDatabase();
  await using product = await serverProcess({ DATABASE_URL: place.url });
  expect((await fetch(`${product.url}/readyz`)).status).toBe(200);
  await place[Symbol.asyncDispose]();
  const away = await fetch(`${product.url}/readyz`);
  expect(away.status).toBe(503);
  expect(away.headers.get('Retry-After')).toBe('1');
  expect((await fetch(`${product.url}/healthz`)).status).toBe(200);
});

test('a request is traced by its route, without what it carried, and SIGTERM loses no span', async () => {
  const bodies: string[] = [];
  const collector = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    response.setHeader('Content-Type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  await using product = await serverProcess({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  const { key } = await issue(product);
  await use(product.url, key);
  expect(await product.stop()).toBe(0);
  collector.close();

  const traces = bodies.join('');
  expect(traces).toContain('GET /api/v1/key');
  expect(traces).toContain('POST /api/v1/settings/api-keys');
  expect(traces).not.toContain(key);
});

async function publicKey(): Promise<string> {
  const { publicKey } = await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  );
  const der = Buffer.from(await crypto.subtle.exportKey('spki', publicKey)).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----`;
}
