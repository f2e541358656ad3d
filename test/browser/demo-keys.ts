import { setImmediate } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { expect } from 'vitest';
import type { Persona } from '../../server/demo-mode/sessions.ts';
import type { RunningConsole } from './console.ts';

/** A key as its creation answers. */
export interface NewKey {
  readonly id: string;
  readonly raw: string;
}

/** Creates a key through the API. */
export async function createKey(
  console: RunningConsole,
  input: Record<string, unknown>,
  as: Persona = 'parent-admin',
): Promise<NewKey> {
  const response = await console.send(as, '/api/v1/settings/api-keys', input);
  expect(response.status).toBe(201);
  const body = (await response.json()) as { key: { id: string }; raw_key: string };
  return { id: body.key.id, raw: body.raw_key };
}

/** The status of the API's answer to a key. */
export async function callApi(console: RunningConsole, raw: string): Promise<number> {
  const headers = { authorization: `Bearer ${raw}` };
  return (await fetch(`${console.url}/api/v1/repos`, { headers })).status;
}

/** Uses a key, and waits until its record shows the use. */
export async function useKey(console: RunningConsole, { id, raw }: NewKey): Promise<void> {
  expect(await callApi(console, raw)).toBe(200);
  const lastUsed = async () => {
    const response = await console.send('parent-admin', `/api/v1/settings/api-keys/${id}`);
    return ((await response.json()) as { last_used_at: string | null }).last_used_at;
  };
  await expect.poll(lastUsed, { timeout: 5_000 }).not.toBeNull();
}

/** Reads rows without the server. */
export function rowsInDatabase(
  console: RunningConsole,
  sql: string,
  ...parameters: unknown[]
): unknown[] {
  const database = new BetterSqlite(console.databaseUrl.replace('sqlite:', ''));
  const rows = database.prepare(sql).all(...parameters);
  database.close();
  return rows;
}

/**
 * Changes rows that otherwise only time or Clerk would change, without the server. The server is in this
 * process: a wait that held the event loop would keep the server's open transaction from its end.
 */
export async function inDatabase(
  console: RunningConsole,
  sql: string,
  ...parameters: unknown[]
): Promise<void> {
  const database = new BetterSqlite(console.databaseUrl.replace('sqlite:', ''), { timeout: 0 });
  const isDone = () => {
    try {
      database.prepare(sql).run(...parameters);
      return true;
    } catch (error) {
      if (error instanceof BetterSqlite.SqliteError && error.code === 'SQLITE_BUSY') return false;
      throw error;
    }
  };
  while (!isDone()) await setImmediate();
  database.close();
}
