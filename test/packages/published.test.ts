import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { denoPath } from '../support/runtimes.ts';
import {
  installLibrary,
  libraryTarball,
  repacked,
  type Stranger,
  serverTarball,
} from '../support/stranger.ts';

const run = promisify(execFile);

/** Nothing that needs a registry passes. */
const offline = {
  ...process.env,
  NPM_CONFIG_REGISTRY: 'http://127.0.0.1:9',
  DENO_NO_UPDATE_CHECK: '1',
};

/** The complaints of publint about a tarball. */
async function publintOn(tarball: string): Promise<string[]> {
  const { buffer, byteOffset, byteLength } = await readFile(tarball);
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

/** Checks with Are The Types Wrong, for consumers that know ES modules; rejects where it finds any. */
function attwOn(tarball: string) {
  const attw = resolve('node_modules/@arethetypeswrong/cli/dist/index.js');
  return run(process.execPath, [attw, tarball, '--profile', 'esm-only']);
}

test('publint and attw find nothing wrong in the packages', async () => {
  expect(await publintOn(libraryTarball())).toEqual([]);
  expect(await publintOn(serverTarball())).toEqual([]);
  await attwOn(libraryTarball());
});

test('publint and attw find an export without its file, and one without its types', async () => {
  await using without = await repacked((path) => !path.endsWith('core/format.js'));
  expect(await publintOn(without.tarball)).toEqual([expect.stringContaining('format.js')]);
  await using untyped = await repacked((path) => !path.endsWith('core/format.d.ts'));
  await expect(attwOn(untyped.tarball)).rejects.toMatchObject({ code: 1 });
});

/** The size of a program that imports from the installed library, in bytes after gzip. */
async function sizeOf({ folder, write }: Stranger, program: string): Promise<number> {
  await write({ 'page.js': program });
  const bundle = await rolldown({ input: 'page.js', cwd: folder, platform: 'browser' });
  const { output } = await bundle.generate({ minify: true });
  return gzipSync(output[0].code).length;
}

test('a page that only parses and masks keys loads at most 1.1 kB', async () => {
  await using stranger = await installLibrary();
  const uses = 'globalThis.used = [parseKey, maskKey];';
  for (const entry of ['format', 'core']) {
    const program = `import { parseKey, maskKey } from '@reporisk/api-access/${entry}'; ${uses}`;
    expect(await sizeOf(stranger, program)).toBeLessThanOrEqual(1100);
  }
  const whole = "export * from '@reporisk/api-access/core';";
  expect(await sizeOf(stranger, whole)).toBeGreaterThan(1100);
});

/** Core's sources in a folder of their own, with its one package, as Deno finds them. */
async function coreForDeno() {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-jsr-'));
  // The compiler's settings are the repository's, and not published.
  const filter = (path: string) => !path.endsWith('tsconfig.json');
  await cp('core', folder, { recursive: true, filter });
  const config = JSON.parse(await readFile('core/jsr.json', 'utf8'));
  await writeFile(
    join(folder, 'jsr.json'),
    JSON.stringify({ ...config, nodeModulesDir: 'manual' }),
  );
  await mkdir(join(folder, 'node_modules', '@noble'), { recursive: true });
  await symlink(resolve('node_modules/@noble/hashes'), join(folder, 'node_modules/@noble/hashes'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test('Deno would publish core, and finds every public member documented', async (context) => {
  const deno = denoPath();
  if (deno === null) return context.skip('no Deno is packaged for this platform');
  await using core = await coreForDeno();
  const inCore = (...args: string[]) => run(deno, args, { cwd: core.folder, env: offline });
  const { exports }: { exports: Record<string, string> } = JSON.parse(
    await readFile('core/jsr.json', 'utf8'),
  );
  await inCore('publish', '--dry-run', '--allow-dirty');
  await inCore('doc', '--lint', ...Object.values(exports));

  const outcome = join(core.folder, 'verify', 'outcome.ts');
  const source = await readFile(outcome, 'utf8');
  await writeFile(outcome, source.replace('/** The verified key. */', ''));
  await expect(inCore('doc', '--lint', './mod.ts')).rejects.toThrow('missing-jsdoc');
  const format = join(core.folder, 'format.ts');
  await appendFile(
    format,
    'export const slow = compute();\nfunction compute() {\n  return 1;\n}\n',
  );
  await expect(inCore('publish', '--dry-run', '--allow-dirty')).rejects.toThrow('slow');
});

test('core has one version, for npm and for Deno, and the same packages', async () => {
  const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
  const [npm, jsr] = [await json('package.json'), await json('core/jsr.json')];
  expect(jsr.version).toBe(npm.version);
  const noble = npm.dependencies['@noble/hashes'];
  expect(jsr.imports).toEqual({ '@noble/hashes': `npm:@noble/hashes@${noble}` });
});

test('the page installs the peers that the library names, and MikroORM in one version', async () => {
  const page = await readFile('.ci/packages/api-access.md', 'utf8');
  await using stranger = await installLibrary();
  const path = join(stranger.folder, 'node_modules/@reporisk/api-access/package.json');
  const { peerDependencies: peers } = JSON.parse(await readFile(path, 'utf8'));
  const shown = [...page.matchAll(/ (@?[\w/-]+)@([\d.]+)/g)].map(([, name, version]) => [
    name,
    version,
  ]);
  expect(shown.map(([name]) => name).sort()).toEqual(Object.keys(peers).sort());
  // MikroORM's packages are each other's peers by exact versions.
  const exact = shown.filter(([name]) => name?.startsWith('@mikro-orm/'));
  for (const [name = '', version] of exact) expect(`^${version}`).toBe(peers[name]);
  for (const [name = '', version = ''] of shown) expect(peers[name]).toContain(`^${version}`);
});
