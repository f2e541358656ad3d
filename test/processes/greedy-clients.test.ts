import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { serverProcess } from '../support/server-process.ts';
import type { Flood } from './flood.ts';

const MiB = 1024 * 1024;

const json = 'Content-Type: application/json';
const names = Array.from({ length: 121_776 }, (_, index) => `"${index.toString(36)}":0`);
const members = `{${names.join(',')}}`;
const scopes = `{"label":"CI","scopes":[${Array(480_000).fill(0).join(',')}]}`;
const parts = '--b\r\n\r\n\r\n'.repeat(8 * MiB).slice(0, 8 * MiB);
const pipelined = 'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1_000);

const floods: Readonly<Record<string, (session: string) => Omit<Flood, 'url'>>> = {
  'a list of 480,000 items': (session) => ({
    connections: 1,
    lines: ['POST /api/v1/settings/api-keys HTTP/1.1', session, json],
    body: scopes,
  }),
  '121,776 members without a credential': () => ({
    connections: 1,
    lines: ['POST /api/v1/leaks/report HTTP/1.1', json],
    body: members,
  }),
  '8 MiB of empty parts': (session) => ({
    connections: 1,
    lines: [
      'POST /api/v1/extensions/upload HTTP/1.1',
      session,
      'Content-Type: multipart/form-data; boundary=b',
    ],
    body: parts,
  }),
  '8 MiB of empty parts over tRPC': () => ({
    connections: 1,
    lines: ['POST /trpc/apiKeys.create HTTP/1.1', 'Content-Type: multipart/form-data; boundary=b'],
    body: parts,
  }),
  '60 reports of GitHub without a signature': () => ({
    connections: 60,
    lines: ['POST /api/v1/leaks/github HTTP/1.1', json],
    body: ' '.repeat(8 * MiB - 1),
  }),
  '100 readers that read nothing': () => ({
    connections: 100,
    lines: ['GET /openapi.json HTTP/1.1'],
    body: pipelined,
  }),
};

test.for(Object.keys(floods))(
  'a server answers within 100 ms and 100 MiB under %s',
  { timeout: 120_000 },
  async (name, context) => {
    if (!process.env.LONG_TESTS) return context.skip('npm run test:long');
    if (process.platform !== 'linux') return context.skip('memory is read from /proc');
    await using server = await serverProcess({
      LOG_LEVEL: 'silent',
      FAILED_AUTH_RATE_LIMIT: 'off',
    });
    const session = `Authorization: Bearer ${await server.token('parent-admin')}`;
    const flood = floods[name]?.(session);
    if (flood === undefined) throw new Error('unreachable');
    const health = async () => {
      const started = performance.now();
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      return performance.now() - started;
    };
    for (let count = 0; count < 50; count += 1) await health();
    const rest = await resident(server.pid);

    const workerData: Flood = { ...flood, url: server.url };
    const flooding = new Worker(new URL('./flood.ts', import.meta.url), { workerData });
    const times: number[] = [];
    let most = 0;
    for (let count = 0; count < 100; count += 1) {
      times.push(await health());
      most = Math.max(most, await resident(server.pid));
    }
    await flooding.terminate();
    const slowest = Math.max(...times);
    process.stderr.write(
      `${name}: ${Math.round(slowest)} ms, +${Math.round((most - rest) / MiB)} MiB\n`,
    );
    expect(slowest).toBeLessThan(100);
    expect(most - rest).toBeLessThan(100 * MiB);
  },
);

/** Bytes that a process holds in memory. */
async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
