/**
 * The server, and scans in its process: how long do they keep answers waiting?
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scan } from '../../server/scans/scan.ts';
import { answering } from '../processes/answering.ts';
import { fillDemo, startServer } from '../support/server.ts';

/** Starts the server on a database in this folder, and issues a key. */
async function start({ folder }: { readonly folder: string }) {
  const database = `sqlite:${join(folder, 'reporisk.db')}`;
  await fillDemo(database);
  const server = await startServer({ database, coherent: true });
  const json = { label: 'Load' };
  const issued = await server.fetch('/api/v1/settings/api-keys', { as: 'parent-admin', json });
  const { raw_key: key } = (await issued.json()) as { raw_key: string };
  return { port: Number(new URL(server.url).port), key };
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
