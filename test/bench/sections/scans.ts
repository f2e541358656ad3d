import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../processes/child-process.ts';
import type { CloneCommands } from '../clone-alone.ts';
import { median } from '../compare.ts';
import { atMost, rounded, type Section } from '../figure.ts';
import type { RepositoryCommands } from '../large-repository.ts';
import type { LoadCommands } from '../load.ts';
import type { ScanningCommands } from '../scanning-server.ts';

const mebibytes = (bytes: number) => bytes / 1024 / 1024;
const seconds = (milliseconds: number) => milliseconds / 1000;

/**
 * A scan of a repository of 50 MiB beside its clone alone, in turns, each in a fresh process. Then
 * requests with a key to a server, one after the other, without scans and while four run in it.
 */
export const scans: Section = async () => {
  await using resources = new AsyncDisposableStack();
  const repository = resources.use(
    startChild<RepositoryCommands>('../bench/large-repository.ts', {}),
  );
  const { url } = await repository.ask('start', undefined);
  const folder = await mkdtemp(join(tmpdir(), 'scanned-server-'));
  resources.defer(() => rm(folder, { recursive: true }));
  const server = resources.use(startChild<ScanningCommands>('../bench/scanning-server.ts', {}));
  // The first fetch makes the pack.
  await server.ask('scans', { url, count: 1 });
  const clones: Awaited<ReturnType<CloneCommands['clone']>>[] = [];
  const ours: typeof clones = [];
  for (let pair = 0; pair < 3; pair++) {
    await using alone = startChild<CloneCommands>('../bench/clone-alone.ts', {});
    clones.push(await alone.ask('clone', { url }));
    ours.push(await server.ask('scans', { url, count: 1 }));
  }
  const of = (all: typeof clones, read: 'took' | 'bytes') => median(all.map((each) => each[read]));
  const [scanned, cloned] = [of(ours, 'took'), of(clones, 'took')];
  const [held, heldByClone] = [of(ours, 'bytes'), of(clones, 'bytes')];

  const { port, key } = await server.ask('start', { folder });
  const load = resources.use(startChild<LoadCommands>('../bench/load.ts', {}));
  const headers = { Authorization: `Bearer ${key}` };
  const request = { port, path: '/api/v1/key', headers, connections: 1, milliseconds: 8_000 };
  await load.ask('load', { ...request, milliseconds: 1_000 });
  const idle = await load.ask('load', request);
  const scanning = server.ask('scans', { url, count: 4 });
  const busy = await load.ask('load', request);
  await scanning;
  return [
    atMost(2, {
      what: 'a scan of a 50 MiB repository ÷ its clone alone',
      value: scanned / cloned,
      absolute: `${rounded(seconds(scanned))} s ÷ ${rounded(seconds(cloned))} s`,
    }),
    atMost(300, {
      what: 'memory of that scan above rest',
      value: mebibytes(held),
      absolute: `the clone alone: ${rounded(mebibytes(heldByClone))} MiB`,
      unit: ' MiB',
    }),
    atMost(2, {
      what: 'p99 of `GET /api/v1/key` while four scans run ÷ without',
      value: busy.p99 / idle.p99,
      absolute: `${rounded(busy.p99)} ms ÷ ${rounded(idle.p99)} ms`,
    }),
  ];
};
