import { execFileSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the two packages' tarballs. */
    tarballs: string;
  }
}

const sources = '{{core,server,.ci/packages}/**/*,package.json,.tsconfig.base.json}';

/** The folder of the packages as built: not dist/, which is the user's. */
const built = resolve('node_modules', '.cache', 'packages');

/** Builds both packages, unless they are newer than their sources, and packs them. */
export async function setup(project: TestProject) {
  const newest = Math.max(...globSync(sources).map((path) => statSync(path).mtimeMs));
  const last = join(built, 'api-access-server', 'LICENSE');
  if (!existsSync(last) || statSync(last).mtimeMs < newest) {
    execFileSync(process.execPath, ['.ci/packages/build.ts', built], { stdio: 'inherit' });
  }
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-tarballs-'));
  const packages = ['api-access', 'api-access-server'].map((name) => join(built, name));
  execFileSync('npm', ['pack', ...packages, '--pack-destination', folder, '--silent'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  project.provide('tarballs', folder);
  return () => rm(folder, { recursive: true, force: true });
}
