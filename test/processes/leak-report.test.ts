import { expect, test } from 'vitest';
import { generateKey } from '../../core/mod.ts';
import { postgresqlTiming } from '../../server/database/leases/ports.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { serverProcess } from '../support/server-process.ts';

const lease = postgresqlTiming.length + postgresqlTiming.margin;

test('while a process is silent, reports of a live key and of an unknown one wait alike', {
  timeout: 60_000,
}, async () => {
  await using place = await postgresDatabase();
  const env = { DATABASE_URL: place.url, SERVER_SECRET: Buffer.alloc(32, 7).toString('base64') };
  await using one = await serverProcess(env);
  await using silent = await serverProcess(env);
  const headers = { 'content-type': 'application/json' };
  const created = await fetch(`${one.url}/api/v1/settings/api-keys`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${await one.token('parent-admin')}` },
    body: JSON.stringify({ label: 'CI' }),
  });
  const { raw_key: live } = (await created.json()) as { raw_key: string };
  const statusOf = async (url: string) =>
    (await fetch(`${url}/api/v1/key`, { headers: { authorization: `Bearer ${live}` } })).status;
  expect([await statusOf(one.url), await statusOf(silent.url)]).toEqual([200, 200]);
  const report = async (token: string) => {
    const began = performance.now();
    const body = JSON.stringify({ token });
    const response = await fetch(`${one.url}/api/v1/leaks/report`, {
      method: 'POST',
      headers,
      body,
    });
    expect([response.status, await response.text()]).toEqual([202, '{"status":"accepted"}']);
    return performance.now() - began;
  };

  process.kill(silent.pid, 'SIGSTOP');
  // The unknown one first: a revocation that waited in vain evicts the silent process.
  const unknown = await report(generateKey({ environment: 'live' }).key);
  const known = await report(live);
  expect(unknown).toBeGreaterThan(lease);
  expect(known).toBeGreaterThan(lease);
  const waiting = statusOf(silent.url);
  process.kill(silent.pid, 'SIGCONT');
  expect([await statusOf(one.url), await waiting]).toEqual([401, 401]);
});
