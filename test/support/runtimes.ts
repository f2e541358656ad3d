import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The executables of Node on this machine, by their major versions; this process's own is one. */
export async function nodes(): Promise<ReadonlyMap<number, string>> {
  const found = new Map([[Number.parseInt(process.versions.node, 10), process.execPath]]);
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  for (const path of globSync(paths)) {
    const { stdout } = await run(path, ['-p', 'process.versions.node']);
    const major = Number.parseInt(stdout, 10);
    if (!found.has(major)) found.set(major, path);
  }
  return found;
}

/** The packaged Deno; null where none is for this platform. By path: its launcher wants an install script. */
export function denoPath(): string | null {
  return packaged('node_modules/@deno/*/{deno,deno.exe}');
}

/** The packaged Bun; null where none is for this platform. */
export function bunPath(): string | null {
  return packaged('node_modules/@oven/bun-*/bin/{bun,bun.exe}');
}

/** The packaged workerd, the runtime of Workers; null where none is for this platform. */
export function workerdPath(): string | null {
  return packaged('node_modules/@cloudflare/workerd-*/bin/{workerd,workerd.exe}');
}

/** The other runtimes that the server and the store run on. */
export const otherRuntimes = ['deno', 'bun'] as const;

/** The command that runs a program of this repository, or of a project with packages, with every permission. */
export function commandOf(
  runtime: (typeof otherRuntimes)[number],
): readonly [string, ...string[]] | null {
  const path = runtime === 'deno' ? denoPath() : bunPath();
  if (path === null) return null;
  return runtime === 'deno'
    ? [path, 'run', '-A', '--cached-only', '--no-prompt']
    : [path, '--no-install'];
}

/** The environment in which no runtime looks for a newer version of itself, or reports a crash. */
export const quiet = { DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' };

function packaged(pattern: string): string | null {
  const [path] = globSync(pattern);
  return path === undefined ? null : resolve(path);
}
