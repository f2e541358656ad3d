import { rm } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { databaseFolder } from './database-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder where the run keeps SQLite databases to copy: see `sqliteDatabase`. */
    sqliteTemplates: string;
  }
}

/** Makes the folder of the run's SQLite templates. */
export async function setup(project: TestProject) {
  const folder = await databaseFolder('reporisk-templates-');
  project.provide('sqliteTemplates', folder);
  return () => rm(folder, { recursive: true, force: true });
}
