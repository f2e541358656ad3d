import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { connectCalls, parentChannel } from '../ipc/calls.ts';
import type { ChildCalls, ChildTask, Examination, Examined, ExaminerCalls } from './child-calls.ts';
import { findingAbout, firstPass } from './first-pass/first-pass.ts';
import { createHttpClient, type HttpClient, type Judge } from './http-client.ts';
import { describedDownload, downloadOf } from './marketplaces.ts';
import { ScanFailure } from './scan-failure.ts';
import type { ContainerFinding, Remarks, SourceFile } from './source-file.ts';

// The program of a scan's child process: fetch, unpacking, first pass. It holds no secret. Network
// addresses are judged by the parent, which has the policy.

const call = connectCalls<ExaminerCalls, ChildCalls>(parentChannel, { examine: perform });

const judge: Judge = async ({ href: url }) => {
  const judgement = await call('judge', { url });
  if ('refused' in judgement) throw new ScanFailure(judgement.refused);
  return judgement.addresses;
};

// The parent is gone. Otherwise it ends this process when it has the result.
process.on('disconnect', () => process.exit());

async function perform(task: ChildTask): Promise<Examined> {
  // Memory outside the heap has no limit in Node. The main thread may be busy inflating, so another
  // one watches.
  new Worker(new URL('./watch-memory.ts', import.meta.url), {
    workerData: task.limits.childBytes,
  }).unref();
  try {
    return await examine(task);
  } catch (error) {
    const isOurs = error instanceof ScanFailure;
    const failed = isOurs ? error.message : 'The source could not be read.';
    return { failed, detail: String(isOurs ? error.cause : error) };
  }
}

async function examine({ source, folder, limits }: ChildTask): Promise<Examination> {
  const gaps = new Set<string>();
  const found: ContainerFinding[] = [];
  const remarks: Remarks = {
    gap: (what) => gaps.add(what),
    // One of a kind: an archive may have a hundred thousand.
    found: (finding) => {
      if (!found.some(({ rule }) => rule === finding.rule)) found.push(finding);
    },
  };
  const onReceived = () => call('received', null);
  // Readers are loaded when used: isomorphic-git is a third of the start of this process.
  const archived = async function* (path: string): AsyncGenerator<SourceFile> {
    await onReceived();
    const { zipFiles } = await import('./zip-files.ts');
    yield* zipFiles(path, { limits, remarks });
  };
  const files = async function* (): AsyncGenerator<SourceFile> {
    if (source.kind === 'extension_file') return yield* archived(source.path);
    const http = createHttpClient(judge, limits);
    if (source.kind === 'repository') {
      const { gitFiles } = await import('./git-files.ts');
      return yield* gitFiles(source.url, { folder, http, limits, remarks, onReceived });
    }
    const path = join(folder, 'archive');
    await download(source.url, path, http);
    yield* archived(path);
  };
  const examined = await firstPass(files(), { isPackaged: source.kind !== 'repository' });
  const about = found.map(({ rule, path }) => findingAbout(rule, path));
  return { ...examined, findings: [...about, ...examined.findings], gaps: [...gaps] };
}

/** Writes an extension's archive to a file. */
async function download(address: string, path: string, http: HttpClient): Promise<void> {
  const { url, isDescription } = downloadOf(address);
  const archive = isDescription ? describedDownload(await text(await get(url, http))) : url;
  await pipeline(await get(archive, http), createWriteStream(path));
}

async function get(url: string, http: HttpClient) {
  const { status, body } = await http({ url });
  if (status === 200) return body;
  if (status === 404 || status === 410) throw new ScanFailure('There is no such extension.');
  throw new ScanFailure(`The host answered HTTP ${status}.`);
}
