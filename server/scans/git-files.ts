import fs from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import git from 'isomorphic-git';
import type { HttpClient } from './http-client.ts';
import type { ScanLimits } from './limits.ts';
import { ScanFailure } from './scan-failure.ts';
import type { Remarks, SourceFile } from './source-file.ts';

/** The context of reading a repository. */
export interface GitContext {
  /** Git's own files go here; files of the repository are never written. */
  readonly folder: string;
  readonly http: HttpClient;
  readonly limits: ScanLimits;
  readonly remarks: Remarks;
  /** Called once, when everything is received. */
  readonly onReceived: () => void;
}

/**
 * The files of a repository's default branch, folder by folder, the top first. The newest commit is
 * fetched alone. Nothing is checked out: no name of the repository reaches the file system, no link
 * is followed, no hook runs, no submodule is fetched.
 *
 * @throws ScanFailure when the repository cannot be fetched.
 */
export async function* gitFiles(url: string, context: GitContext): AsyncGenerator<SourceFile> {
  const { limits, remarks } = context;
  const gitdir = join(context.folder, 'git');
  const cache = {};
  const read = async (oid: string) => {
    const { object } = await git.readObject({ fs, gitdir, oid, format: 'content', cache });
    if (!(object instanceof Uint8Array)) throw new Error('an object without content');
    return Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  };
  const commit = await fetchNewest(url, gitdir, context);
  context.onReceived();

  const top = /^tree ([0-9a-f]{40})\n/.exec((await read(commit)).toString('latin1'))?.[1];
  const folders = [{ path: '', oid: top ?? '' }];
  let entries = 0;
  let unpacked = 0;
  for (const folder of folders) {
    const tree = await read(folder.oid).catch(() => null);
    if (tree === null) remarks.gap('folders that are damaged');
    for (const { mode, name, oid } of tree === null ? [] : treeEntries(tree)) {
      entries += 1;
      if (entries > limits.files) return remarks.gap(`entries beyond the first ${limits.files}`);
      const path = folder.path + name;
      if (/^0?40000$/.test(mode)) folders.push({ path: `${path}/`, oid });
      else if (mode === '160000') yield { path, kind: 'submodule', content: Buffer.alloc(0) };
      else {
        const object = await read(oid).catch(() => null);
        if (object === null) remarks.gap('files that are damaged');
        unpacked += object?.length ?? 0;
        if (unpacked > limits.unpackedBytes) return remarks.gap(overSize(limits));
        const kind = mode === '120000' ? 'link' : 'file';
        const content = object?.subarray(0, limits.fileBytes) ?? Buffer.alloc(0);
        if (content.length < (object?.length ?? 0)) remarks.gap('the ends of very large files');
        yield { path, kind, content };
      }
    }
  }
}

export const overSize = ({ unpackedBytes }: ScanLimits) =>
  `everything beyond the first ${Math.round(unpackedBytes / 1024 / 1024)} MiB`;

/** Fetches the default branch's newest commit. */
async function fetchNewest(url: string, gitdir: string, { http }: GitContext): Promise<string> {
  // isomorphic-git never ends on a body that fails, so a failure ends the fetch from outside.
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  // A moved repository answers the first request from another address; the second goes there.
  let base = url;
  await git.init({ fs, gitdir, bare: true });
  await git.addRemote({ fs, gitdir, remote: 'origin', url });
  const request = async ({ url: at, method, headers, body }: GitRequest) => {
    try {
      const response = await http({
        url: base + at.slice(url.length),
        method: method === 'POST' ? 'POST' : 'GET',
        headers: { ...headers },
        ...(body && { body: await buffer(body) }),
      });
      refuseStatus(response.status);
      const [moved, refs] = response.url.href.split('/info/refs');
      if (refs !== undefined && moved !== undefined) base = moved;
      return {
        ...{ url: response.url.href, method: method ?? 'GET', headers: response.headers },
        ...{ statusCode: response.status, statusMessage: '' },
        body: rejecting(response.body, failed.reject),
      };
    } catch (error) {
      failed.reject(error);
      throw error;
    }
  };
  const fetched = git.fetch({
    ...{ fs, gitdir, url, remote: 'origin', depth: 1, singleBranch: true, tags: false },
    http: { request },
  });
  const { fetchHead } = await Promise.race([fetched, failed.promise]).catch((error: unknown) => {
    if (error instanceof ScanFailure) throw error;
    throw new ScanFailure('The address has no Git repository that can be read.', { cause: error });
  });
  if (fetchHead === null) throw new ScanFailure('The repository is empty.');
  return fetchHead;
}

type GitRequest = Parameters<import('isomorphic-git').HttpClient['request']>[0];

async function* rejecting(
  body: AsyncIterableIterator<Uint8Array>,
  reject: (error: unknown) => void,
): AsyncIterableIterator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    reject(error);
    throw error;
  }
}

function refuseStatus(status: number): void {
  if (status === 200) return;
  if ([401, 403, 404, 410].includes(status)) {
    throw new ScanFailure('The repository does not exist, or is private.');
  }
  throw new ScanFailure(`The host answered HTTP ${status}.`);
}

/**
 * The entries of a tree. Not isomorphic-git's own parser, which refuses a tree for one hostile name;
 * that name is a finding here.
 */
function* treeEntries(tree: Buffer): Generator<{ mode: string; name: string; oid: string }> {
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(0x20, at);
    const end = tree.indexOf(0, space);
    if (space < 0 || end < 0) return;
    yield {
      mode: tree.toString('latin1', at, space),
      name: tree.toString('utf8', space + 1, end),
      oid: tree.toString('hex', end + 1, end + 21),
    };
    at = end + 21;
  }
}
