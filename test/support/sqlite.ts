import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { databaseFolder } from './database-folder.ts';
import type { DatabaseTemplate } from './database-template.ts';

/**
 * A place for a private SQLite database: a temporary folder, removed with everything in it at the
 * end of the scope. Without a template there is no file: opening the database makes it.
 *
 * @param template - the initial content of the database.
 */
export async function sqliteDatabase(template?: DatabaseTemplate) {
  const folder = await databaseFolder('reporisk-sqlite-');
  const path = join(folder, 'reporisk.db');
  if (template !== undefined) await copyTemplate(template, path);
  return {
    path,
    url: `sqlite:${path}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Two test files that fill one template simultaneously each rename a whole file into its place. */
async function copyTemplate({ name, fill }: DatabaseTemplate, path: string): Promise<void> {
  const template = join(inject('sqliteTemplates'), `${name}.db`);
  const isCopied = await copyFile(template, path).then(
    () => true,
    () => false,
  );
  if (isCopied) return;
  await fill(`sqlite:${path}`);
  const filling = `${template}.${process.pid}`;
  await copyFile(path, filling);
  await rename(filling, template);
}
