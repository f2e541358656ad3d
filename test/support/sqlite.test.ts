import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { sqliteDatabase } from './sqlite.ts';

test('sqliteDatabase() holds a database, and leaves nothing behind', async () => {
  let path: string;
  {
    await using database = await sqliteDatabase();
    path = database.path;
    const sqlite = new Database(path);
    sqlite.pragma('journal_mode = wal');
    sqlite.exec('create table t (id integer)');
    sqlite.close();
    expect(existsSync(path)).toBe(true);
    expect(database.url).toBe(`sqlite:${path}`);
  }
  expect(existsSync(dirname(path))).toBe(false);
});
