import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { deflateSync } from 'node:zlib';

/** An object as Git stores it. */
interface GitObject {
  readonly type: 'commit' | 'tree' | 'blob';
  readonly body: Buffer;
}

/** One commit and everything below it. */
export interface Repository {
  readonly head: string;
  readonly objects: ReadonlyMap<string, GitObject>;
}

/** An entry of a tree; of any name, also one that no Git client would write. */
export interface Entry {
  readonly mode: '40000' | '100644' | '100755' | '120000' | '160000';
  readonly name: string;
  readonly oid: string;
}

/** A file's content, or a symbolic link's target, or the commit of a submodule. */
export type Content = string | Buffer | { readonly link: string } | { readonly submodule: string };

/** Makes the objects of a repository one by one. */
export function repositoryBuilder() {
  const objects = new Map<string, GitObject>();
  const add = (type: GitObject['type'], body: Buffer): string => {
    const oid = createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest('hex');
    objects.set(oid, { type, body });
    return oid;
  };
  return {
    blob: (content: string | Buffer) => add('blob', Buffer.from(content)),
    tree: (entries: readonly Entry[]) =>
      add(
        'tree',
        Buffer.concat(
          entries.flatMap(({ mode, name, oid }) => [
            Buffer.from(`${mode} ${name}\0`),
            Buffer.from(oid, 'hex'),
          ]),
        ),
      ),
    commit(tree: string): Repository {
      const who = 'Test <test@example.invalid> 1700000000 +0000';
      const text = `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nOne commit\n`;
      return { head: add('commit', Buffer.from(text)), objects };
    },
  };
}

/** A repository of files by their paths. */
export function repositoryOf(files: Readonly<Record<string, Content>>): Repository {
  const builder = repositoryBuilder();
  const treeOf = (below: readonly (readonly [path: string, content: Content])[]): string => {
    const folders = new Map<string, [string, Content][]>();
    const entries: Entry[] = [];
    for (const [path, content] of below) {
      const slash = path.indexOf('/');
      if (slash >= 0) {
        const name = path.slice(0, slash);
        folders.set(name, [...(folders.get(name) ?? []), [path.slice(slash + 1), content]]);
      } else entries.push(entryOf(path, content));
    }
    for (const [name, inside] of folders)
      entries.push({ mode: '40000', name, oid: treeOf(inside) });
    return builder.tree(entries);
  };
  const entryOf = (name: string, content: Content): Entry => {
    if (typeof content === 'string' || Buffer.isBuffer(content)) {
      return { mode: '100644', name, oid: builder.blob(content) };
    }
    if ('link' in content) return { mode: '120000', name, oid: builder.blob(content.link) };
    return { mode: '160000', name, oid: content.submodule };
  };
  return builder.commit(treeOf(Object.entries(files)));
}

/** A Git server on loopback. */
export interface GitServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** The paths that were asked for. */
  readonly requests: readonly string[];
}

/** Answers before the repositories do; true when it has answered. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Serves repositories over Git's smart HTTP protocol (version 1), whole: each fetch is of depth 1,
 * and gets every object.
 *
 * @param repositories - by their name: `{ a: … }` is at `ORIGIN/a`.
 */
export async function startGitServer(
  repositories: Readonly<Record<string, Repository>>,
  intercept: Intercept = () => false,
): Promise<GitServer> {
  const requests: string[] = [];
  const packs = new Map<Repository, Buffer>();
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (!intercept(request, response)) void answer({ repositories, packs }, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Served {
  readonly repositories: Readonly<Record<string, Repository>>;
  /** Made once for all fetches. */
  readonly packs: Map<Repository, Buffer>;
}

async function answer(
  { repositories, packs }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, name = '', call = ''] = /^\/([^/]+)\/(.*)$/.exec(request.url ?? '') ?? [];
  const repository = repositories[name];
  if (repository === undefined) return void response.writeHead(404).end();
  const { head } = repository;
  if (request.method === 'GET' && call === 'info/refs?service=git-upload-pack') {
    const capabilities = 'shallow side-band-64k ofs-delta symref=HEAD:refs/heads/main agent=test';
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
    response.write(`${packet('# service=git-upload-pack\n')}0000`);
    response.end(
      `${packet(`${head} HEAD\0${capabilities}\n`)}${packet(`${head} refs/heads/main\n`)}0000`,
    );
    return;
  }
  const wanted = (await buffer(request)).toString();
  if (call !== 'git-upload-pack' || !wanted.includes(`want ${head}`)) {
    return void response.writeHead(404).end();
  }
  if (!wanted.includes('deepen 1')) throw new Error('a fetch of the whole history');
  response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
  response.write(`${packet(`shallow ${head}`)}0000${packet('NAK\n')}`);
  const pack = packs.get(repository) ?? packOf(repository);
  packs.set(repository, pack);
  for (let at = 0; at < pack.length; at += 65_515) {
    const piece = pack.subarray(at, at + 65_515);
    response.write((piece.length + 5).toString(16).padStart(4, '0'));
    response.write(Buffer.concat([Buffer.from([1]), piece]));
  }
  response.end('0000');
}

const packet = (text: string) => (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;

const packTypes = { commit: 1, tree: 2, blob: 3 };

/** Every object, without deltas. */
function packOf({ objects }: Repository): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(objects.size, 8);
  const parts = [header];
  for (const { type, body } of objects.values()) {
    const head: number[] = [];
    let byte = (packTypes[type] << 4) | (body.length & 15);
    for (let rest = Math.floor(body.length / 16); rest > 0; rest = Math.floor(rest / 128)) {
      head.push(byte | 128);
      byte = rest & 127;
    }
    parts.push(Buffer.from([...head, byte]), deflateSync(body, { level: 1 }));
  }
  const pack = Buffer.concat(parts);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}
