import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder where the run keeps SQLite databases to copy: see `sqliteDatabase`. */
    sqliteTemplates: string;
  }
}

/** Makes the folder of the run's SQLite templates. */
export async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-templates-'));
  project.provide('sqliteTemplates', folder);
  return () => rm(folder, { recursive: true, force: true });
}
