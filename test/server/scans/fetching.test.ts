import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import type { TargetPolicy } from '../../../server/network/target-policy.ts';
import { childEnvironment } from '../../../server/scans/examine.ts';
import { type ScanLimits, scanLimits } from '../../../server/scans/limits.ts';
import { ScanFailure } from '../../../server/scans/scan-failure.ts';
import {
  type Intercept,
  type Repository,
  repositoryBuilder,
  repositoryOf,
  startGitServer,
} from '../../support/git-server.ts';
import { loopback, scanIn } from './scanning.ts';

const small = repositoryOf({ 'a.txt': 'text' });
const limitsOf = (limits: Partial<ScanLimits>) => ({ limits: { ...scanLimits, ...limits } });

// Sequential tests: each sees that no child process of it is left.
afterEach(() => expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap'));

/** Scans `/r` of a server, expects a failure for the customer, and no file left. */
async function failureOf(
  intercept: Intercept,
  context: Parameters<typeof scanIn>[1] = {},
  kind: 'repository' | 'extension_url' = 'repository',
): Promise<string> {
  await using server = await startGitServer({ r: small }, intercept);
  const { error, left } = await scanIn({ kind, url: `${server.origin}/r` }, context);
  expect(error).toBeInstanceOf(ScanFailure);
  expect(left).toEqual([]);
  return error instanceof ScanFailure ? error.message : '';
}

const redirecting =
  (location: string): Intercept =>
  (_request, response) => {
    response.writeHead(302, { location }).end();
    return true;
  };

test.each([
  ['a private address', 'http://10.0.0.1/r', 'The host has an address that is not public.'],
  ['a link-local address', 'http://169.254.169.254/latest', 'The host has an address that is not'],
  ['a private address of IPv6', 'http://[::1]/r', 'The host has an address that is not public.'],
  ['a name that is not resolved', 'http://somewhere.invalid/r', 'The host name has no address.'],
  ['a file', 'file:///etc/passwd', 'Only https addresses are read.'],
  [
    'a user name',
    'http://user@127.0.0.1/r',
    'An address with a user name or password is not read.',
  ],
  ['no address', 'http://', 'The host redirects to no address.'],
  ['itself', '/r', 'The host redirects more than 5 times.'],
])('scan() does not follow a redirect to %s', async (_what, location, message) => {
  const kind = location === '/r' ? 'extension_url' : 'repository';
  expect(await failureOf(redirecting(location), {}, kind)).toContain(message);
});

test('scan() refuses a name that resolves to a private address, wherever else it leads', async () => {
  await using server = await startGitServer({ r: small });
  const url = server.origin.replace('127.0.0.1', 'repository.invalid');
  for (const addresses of [['10.0.0.1'], ['127.0.0.1', '10.0.0.1']]) {
    const network: TargetPolicy = { ...loopback, resolve: async () => addresses };
    const { error } = await scanIn({ kind: 'repository', url: `${url}/r` }, { network });
    expect(String(error)).toContain('not public');
  }
  expect(server.requests).toEqual([]);
});

test('scan() connects to the judged address, and judges it before each request', async () => {
  await using server = await startGitServer({ r: small });
  const asked: string[] = [];
  const network: TargetPolicy = {
    ...loopback,
    // No such name exists: a second resolution would fail.
    async resolve(hostname) {
      asked.push(hostname);
      return ['127.0.0.1'];
    },
  };
  const url = `${server.origin.replace('127.0.0.1', 'repository.invalid')}/r`;
  const { report } = await scanIn({ kind: 'repository', url }, { network });
  expect(report?.summary).toContain('Files examined: 1.');
  expect(asked).toEqual(['repository.invalid', 'repository.invalid']);
});

test('scan() refuses http where the network policy does', async () => {
  const network = { ...loopback, protocols: ['https:'] };
  const { error } = await scanIn({ kind: 'repository', url: 'http://127.0.0.1:1/r' }, { network });
  expect(String(error)).toContain('Only https addresses are read.');
});

test('scan() follows a moved repository with both of its requests', async () => {
  await using server = await startGitServer({ moved: small }, ({ url = '' }, response) => {
    if (!url.startsWith('/r/info/refs')) return false;
    response.writeHead(301, { location: url.replace('/r/', '/moved/') }).end();
    return true;
  });
  const { report } = await scanIn({ kind: 'repository', url: `${server.origin}/r` });
  expect(report?.summary).toContain('Files examined: 1.');
  expect(server.requests.at(-1)).toBe('/moved/git-upload-pack');
});

/** A pack without an end, in answer to the second request. */
const sendForever: Intercept = ({ method }, response) => {
  if (method === 'GET') return false;
  const piece = Buffer.from(`0100\u0001${'x'.repeat(251)}`.repeat(1000));
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more).on('error', () => {});
  more();
  return true;
};

const answers = (write: (response: ServerResponse) => void): Intercept => {
  return (_request, response) => {
    write(response);
    return true;
  };
};

test.each<[string, Intercept, string, Partial<ScanLimits>]>([
  ['never answers', answers(() => {}), 'took longer than 0.5 seconds', { receiveMs: 500 }],
  [
    'stops in the middle',
    answers((response) => response.write('001e# service=git-upload-pack\n')),
    'took longer than 0.5 seconds',
    { receiveMs: 500 },
  ],
  ['sends without an end', sendForever, 'More than 1 MiB to download', { receivedBytes: 2 ** 20 }],
  ['sends a page', answers((response) => response.end('<html>')), 'no Git repository', {}],
  [
    'has no such repository',
    answers((response) => response.writeHead(404).end()),
    'is private',
    {},
  ],
  ['asks for a password', answers((response) => response.writeHead(401).end()), 'is private', {}],
  ['fails', answers((response) => response.writeHead(500).end()), 'answered HTTP 500', {}],
  ['closes', answers((response) => response.destroy()), 'closed before an answer', {}],
  ['closes within an answer', answers(cutOff), 'cannot be read', {}],
  ['is an empty repository', answers(noRefs), 'is empty', {}],
  ['needs too long to unpack', answers(() => {}), 'longer than 0.6 seconds', { childMs: 600 }],
])('scan() fails with a reason when the host %s', async (_what, intercept, message, limits) => {
  expect(await failureOf(intercept, limitsOf(limits))).toContain(message);
});

function cutOff(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 100 }).write('001e# service=git-upload-pack\n');
  setImmediate(() => response.destroy());
}

function noRefs(response: ServerResponse): void {
  const line = `${'0'.repeat(40)} capabilities^{}\0shallow`;
  const length = (line.length + 4).toString(16).padStart(4, '0');
  response.end(`001e# service=git-upload-pack\n0000${length}${line}0000`);
}

test('the limits of a scan are the documented ones', () => {
  expect(scanLimits).toMatchObject({ files: 20_000, unpackedBytes: 300 * 1024 * 1024 });
});

test.each<[string, () => Repository, string]>([
  ['too many files', manyFiles, 'Not read: entries beyond the first 500.'],
  ['folders without an end', manyFolders, 'Not read: entries beyond the first 500.'],
  ['more than 30 MiB', largeFiles, 'everything beyond the first 30 MiB.'],
])('scan() reports a part of a repository with %s', async (_what, repository, unread) => {
  await using server = await startGitServer({ r: repository() });
  const { report } = await scanIn(
    { kind: 'repository', url: `${server.origin}/r` },
    limitsOf({ files: 500, unpackedBytes: 30 * 1024 * 1024 }),
  );
  expect(report).toMatchObject({ partial: true, riskLevel: 'medium' });
  expect(report?.findings.map(({ rule }) => rule)).toEqual(['scan-incomplete']);
  expect(report?.summary).toContain(unread);
});

function manyFiles(): Repository {
  const { blob, tree, commit } = repositoryBuilder();
  const oid = blob('');
  const names = Array.from({ length: 501 }, (_, at) => `${at}.txt`);
  return commit(tree(names.map((name) => ({ mode: '100644', name, oid }))));
}

/** Twelve levels of ten folders: a trillion paths in thirteen objects. */
function manyFolders(): Repository {
  const { blob, tree, commit } = repositoryBuilder();
  let oid = tree([{ mode: '100644', name: 'a', oid: blob('') }]);
  for (let level = 0; level < 12; level += 1) {
    const below = oid;
    oid = tree([...'0123456789'].map((name) => ({ mode: '40000', name, oid: below })));
  }
  return commit(oid);
}

function largeFiles(): Repository {
  const { blob, tree, commit } = repositoryBuilder();
  const oid = blob(Buffer.alloc(4 * 1024 * 1024));
  return commit(tree([...'0123456789'].map((name) => ({ mode: '100644', name, oid }))));
}

test('scan() ends a repository that unpacks into too much memory', async () => {
  const bomb = repositoryOf({ a: Buffer.alloc(200 * 1024 * 1024) });
  await using server = await startGitServer({ r: bomb });
  const limits = limitsOf({ childBytes: 150 * 1024 * 1024 });
  const { error, left } = await scanIn({ kind: 'repository', url: `${server.origin}/r` }, limits);
  expect(String(error)).toContain('more than 150 MiB of memory');
  expect(left).toEqual([]);
});

test('scan() reads hostile names without writing them', async () => {
  const { blob, tree, commit } = repositoryBuilder();
  const oid = blob('eval(atob(a))');
  const inside = tree([{ mode: '100755', name: 'post-checkout', oid }]);
  const hostile = commit(
    tree([
      { mode: '40000', name: '.git', oid: inside },
      { mode: '100644', name: '../../a.js', oid },
      { mode: '100644', name: 'a\u001b[2J.js', oid },
      { mode: '100644', name: 'a\\b.js', oid },
    ]),
  );
  await using server = await startGitServer({ r: hostile });
  const { report, left } = await scanIn({ kind: 'repository', url: `${server.origin}/r` });
  const names = report?.findings.filter(({ rule }) => rule === 'hostile-name') ?? [];
  expect(names.map(({ file }) => file)).toEqual([
    ...['../../a.js', 'a\\u{1b}[2J.js', 'a\\b.js', '.git/post-checkout'],
  ]);
  expect(left).toEqual([]);
});

test.each(['repository', 'extension_url'] as const)(
  'scan() aborted in the middle of a %s leaves no child, no connection and no file',
  async (kind) => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    await using server = await startGitServer({}, (request) => {
      request.socket.on('close', closed.resolve);
      abort.abort(new Error('cancelled'));
      return true;
    });
    const { signal } = abort;
    const { error, left } = await scanIn({ kind, url: `${server.origin}/r` }, { signal });
    await closed.promise;
    expect(error).toBe(abort.signal.reason);
    expect(left).toEqual([]);
  },
);

test('scan() aborted while the model answers ends with the reason', async () => {
  const abort = new AbortController();
  await using server = await startGitServer({ r: small });
  const source = { kind: 'repository', url: `${server.origin}/r` } as const;
  const { error, left } = await scanIn(source, {
    signal: abort.signal,
    async ask(_question, signal) {
      const aborted = once(signal, 'abort');
      abort.abort(new Error('cancelled'));
      await aborted;
      throw signal.reason;
    },
  });
  expect(error).toBe(abort.signal.reason);
  expect(left).toEqual([]);
});

test('scan() passes on what asking the model throws, unchanged', async () => {
  const refused = new Error('the key was refused');
  await using server = await startGitServer({ r: small });
  const source = { kind: 'repository', url: `${server.origin}/r` } as const;
  const { error, left } = await scanIn(source, { ask: () => Promise.reject(refused) });
  expect(error).toBe(refused);
  expect(left).toEqual([]);
});

test('childEnvironment() has no secret', () => {
  const own = { PATH: '/bin', SERVER_SECRET: 's', ANTHROPIC_API_KEY: 'k', NODE_OPTIONS: '--x' };
  expect(childEnvironment({ ...own, NODE_EXTRA_CA_CERTS: '/ca.pem' })).toEqual({
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    MALLOC_ARENA_MAX: '1',
  });
});

test('scan() runs its child without a secret: none in its environment or command line', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux shows the environment of a process');
  vi.stubEnv('SERVER_SECRET', 'secret-of-the-server');
  vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'secret-of-anthropic');
  const seen = Promise.withResolvers<string[]>();
  const intercept: Intercept = () => {
    seen.resolve(childrenOf(process.pid));
    return false;
  };
  await using server = await startGitServer({ r: small }, intercept);
  await scanIn({ kind: 'repository', url: `${server.origin}/r` });
  vi.unstubAllEnvs();
  const children = await seen.promise;
  expect(children).toEqual([expect.stringContaining('scans/child.ts')]);
  expect(children.join()).not.toContain('secret-of');
});

/** The command lines and environments of a process's children. */
function childrenOf(parent: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        const [, ppid] = /\) \w (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? [];
        if (Number(ppid) !== parent) return [];
        const [line, environment] = ['cmdline', 'environ'].map((name) =>
          readFileSync(`/proc/${id}/${name}`, 'utf8'),
        );
        return [`${line} ${environment}`];
      } catch {
        // The process has ended.
        return [];
      }
    });
}
