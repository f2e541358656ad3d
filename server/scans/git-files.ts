import fs from 'node:fs';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { fetchPack } from './fetch-pack.ts';
import type { HttpClient } from './http-client.ts';
import { beyond, type ScanLimits } from './limits.ts';
import type { Remarks, SourceFile } from './source-file.ts';

/** The context of reading a repository. */
export interface GitContext {
  /** Git's own files go here; files of the repository are never written. */
  readonly folder: string;
  readonly http: HttpClient;
  readonly limits: ScanLimits;
  readonly remarks: Remarks;
  /** Called once, when everything is received; unpacking waits for it. */
  readonly onReceived: () => Promise<unknown>;
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
  await git.init({ fs, gitdir, bare: true });
  let kept = 0;
  const read = async (oid: string) => {
    const { object } = await git.readObject({ fs, gitdir, oid, format: 'content', cache });
    if (!(object instanceof Uint8Array)) throw new Error('an object without content');
    kept += object.length;
    if (kept > maxKept) {
      kept = 0;
      await forgetObjects(cache);
    }
    return Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  };
  const commit = await fetchPack(url, join(gitdir, pack), context.http);
  await context.onReceived();
  await index(gitdir);

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
        if (unpacked > limits.unpackedBytes) return remarks.gap(beyond(limits));
        const kind = mode === '120000' ? 'link' : 'file';
        const content = object?.subarray(0, limits.fileBytes) ?? Buffer.alloc(0);
        if (content.length < (object?.length ?? 0)) remarks.gap('the ends of very large files');
        yield { path, kind, content };
      }
    }
  }
}

/** Where isomorphic-git looks for a pack. */
const pack = 'objects/pack/pack-fetched.pack';

/**
 * Makes a pack readable by object id. What it inflates lies outside the heap, so the collector does
 * not hurry by itself: hundreds of MiB would wait for it.
 */
async function index(gitdir: string): Promise<void> {
  let percents = 0;
  const onProgress = () => {
    percents += 1;
    if (percents % 4 === 0) globalThis.gc?.();
  };
  await git.indexPack({ fs, dir: gitdir, gitdir, filepath: pack, onProgress });
  // The pack itself, which is read once more for its objects.
  globalThis.gc?.();
}

/** Bytes of objects that isomorphic-git may keep. */
const maxKept = 16 * 1024 * 1024;

/**
 * Empties what isomorphic-git remembers of a pack's objects: each that it has read, without a bound.
 * Without this, the child's memory grows by everything that is unpacked.
 */
async function forgetObjects(cache: object): Promise<void> {
  for (const symbol of Object.getOwnPropertySymbols(cache)) {
    const packs: unknown = Reflect.get(cache, symbol);
    if (!(packs instanceof Map)) continue;
    for (const pack of packs.values()) Reflect.set(await pack, 'offsetCache', {});
  }
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
