/**
 * A server that answers requests at once, and scans beside: how long do scans keep answers waiting?
 *
 * @module
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scan } from '../../server/scans/scan.ts';
import { answering } from '../processes/answering.ts';

/** Answers every request with a short JSON. */
async function start() {
  const server = createServer((_request, response) => {
    response
      .setHeader('content-type', 'application/json')
      .end('{"id":"key_01ARYZ6S41TSV4RRFFQ69G5FAV"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port };
}

/** Scans some times at once; milliseconds of all, and bytes above rest: own growth and children. */
async function scans({ url, count }: { readonly url: string; readonly count: number }) {
  const folder = await mkdtemp(join(tmpdir(), 'scanning-server-'));
  const rest = process.memoryUsage.rss();
  let bytes = 0;
  const watch = setInterval(() => {
    bytes = Math.max(bytes, process.memoryUsage.rss() - rest + childrenBytes());
  }, 50);
  const started = performance.now();
  await Promise.all(
    Array.from({ length: count }, () =>
      scan(
        { kind: 'repository', url },
        {
          ask: async () => ({
            value: { summary: '', risk_score: 0, findings: [] },
            usage: { inputTokens: 0, outputTokens: 0 },
          }),
          network: {
            protocols: ['http:'],
            permits: (address) => address === '127.0.0.1',
            resolve: async () => [],
          },
          ...{ folder, onProgress: () => {}, signal: new AbortController().signal },
        },
      ),
    ),
  );
  const took = performance.now() - started;
  clearInterval(watch);
  await rm(folder, { recursive: true });
  return { took, bytes };
}

/** Resident memory of this process's children, from Linux's own table. */
function childrenBytes(): number {
  let bytes = 0;
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      const field = (name: string) =>
        Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
      // A process that has just ended has no memory left.
      if (field('PPid') === process.pid) bytes += (field('VmRSS') || 0) * 1024;
    } catch {
      // The process has ended.
    }
  }
  return bytes;
}

const commands = { start, scans };

/** The commands of this process. */
export type ScanningCommands = typeof commands;

answering(commands);
