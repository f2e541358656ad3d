import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A place for a SQLite database of its own: a temporary folder, removed with everything in it at
 * the end of the scope. The file is made by whoever opens it.
 */
export async function sqliteDatabase() {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-sqlite-'));
  const path = join(folder, 'reporisk.db');
  return {
    path,
    url: `sqlite:${path}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
