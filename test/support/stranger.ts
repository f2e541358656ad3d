import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { quiet } from './runtimes.ts';

const run = promisify(execFile);

/** The version of both packages. */
const { version }: { readonly version: string } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The packed library. */
export const libraryTarball = () => join(inject('tarballs'), `reporisk-api-access-${version}.tgz`);

/** The packed server. */
export const serverTarball = () =>
  join(inject('tarballs'), `reporisk-api-access-server-${version}.tgz`);

/** The packed library without the files that a condition refuses. */
export async function repacked(isKept: (path: string) => boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-repacked-'));
  await run('tar', ['-xzf', libraryTarball(), '-C', folder]);
  for (const path of globSync('**/*', { cwd: folder })) {
    if (!isKept(path)) await rm(join(folder, path));
  }
  const tarball = join(folder, 'repacked.tgz');
  await run('tar', ['-czf', tarball, '-C', folder, 'package']);
  return { tarball, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A project outside the repository, which resolves nothing but what it has installed. */
export interface Stranger extends AsyncDisposable {
  readonly folder: string;
  /** Writes files by their paths. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Compiles files, strictly, with the declarations that they import.
   *
   * @param compiler - the package of a TypeScript.
   * @throws with the complaints where there are any.
   */
  compile(
    compiler: string,
    files: readonly string[],
    options: Readonly<Record<string, unknown>>,
    ...args: readonly string[]
  ): Promise<string>;
  /**
   * Runs a program in the folder.
   *
   * @returns its standard output.
   * @throws with all output when it fails.
   */
  run(program: string, ...args: readonly string[]): Promise<string>;
}

/**
 * Makes an empty project, and installs the library from its tarball with npm, which is told not to
 * use the network.
 *
 * @param others - packages of this repository that the project has as well, or the optional peers.
 */
export async function installLibrary(others: readonly string[] | 'peers' = []): Promise<Stranger> {
  const made = await emptyProject({
    '@reporisk/api-access': `file:${libraryTarball()}`,
    '@noble/hashes': `file:${resolve('node_modules/@noble/hashes')}`,
  });
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund'], { cwd: made.folder });
  await link(made.folder, others === 'peers' ? peersOf(made.folder) : others);
  return made;
}

/** The packages of this repository that only some of the library's exports need. */
function peersOf(folder: string): string[] {
  const manifest: { readonly peerDependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(folder, 'node_modules/@reporisk/api-access/package.json'), 'utf8'),
  );
  return Object.keys(manifest.peerDependencies);
}

/** Makes an empty project, and unpacks the server's tarball with the packages that it names. */
export async function installServer(): Promise<Stranger & { readonly installed: string }> {
  const made = await emptyProject({});
  const installed = join(made.folder, 'node_modules', '@reporisk', 'api-access-server');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', serverTarball(), '-C', installed, '--strip-components=1']);
  const manifest: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  await link(made.folder, Object.keys(manifest.dependencies));
  return { ...made, installed };
}

const strict = {
  ...{ strict: true, skipLibCheck: false, noEmit: true, exactOptionalPropertyTypes: true },
  ...{ noUncheckedIndexedAccess: true, verbatimModuleSyntax: true, target: 'ES2022' },
  ...{ module: 'NodeNext', moduleResolution: 'nodenext' },
};

/** The types of a program for Node. */
export const onNode = { lib: ['ES2023', 'ESNext.Disposable'], types: ['node'] };

/** The types of a page; tRPC's own types ask for them as well. */
export const withDom = { lib: ['ES2023', 'ESNext.Disposable', 'DOM'], types: [] };

async function emptyProject(dependencies: Readonly<Record<string, string>>): Promise<Stranger> {
  // macOS names its temporary folder by a link.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'reporisk-stranger-')));
  const made: Stranger = {
    folder,
    async write(files) {
      for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
    },
    async run(program, ...args) {
      const options = {
        cwd: folder,
        env: { ...process.env, ...quiet },
      };
      try {
        return (await run(program, args, options)).stdout;
      } catch (error) {
        const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
        throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
      }
    },
    async compile(compiler, files, options, ...args) {
      const compilerOptions = { ...strict, ...options };
      await made.write({ 'tsconfig.json': JSON.stringify({ compilerOptions, files }) });
      const tsc = resolve('node_modules', compiler, 'bin', 'tsc');
      return made.run(process.execPath, tsc, '-p', '.', '--pretty', 'false', ...args);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
  const manifest = { private: true, type: 'module', dependencies };
  await made.write({ 'package.json': JSON.stringify(manifest) });
  return made;
}

async function link(folder: string, packages: readonly string[]): Promise<void> {
  for (const name of packages) {
    const path = join(folder, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(resolve('node_modules', name), path, 'junction');
  }
}
