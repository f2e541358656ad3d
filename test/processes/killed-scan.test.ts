import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { serverProcess } from '../support/server-process.ts';

test('a scan that a kill -9 cut off is done after the next start', async () => {
  await using first = await serverProcess();
  const send = async (url: string, path: string, credential: string, json?: object) => {
    const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' };
    const body = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) };
    const response = await fetch(`${url}/api/v1/${path}`, { headers, ...body });
    return (await response.json()) as Record<string, unknown>;
  };
  const admin = await first.token('parent-admin');
  const issued = { label: 'CI', environment: 'test' };
  const { raw_key } = await send(first.url, 'settings/api-keys', admin, issued);
  const key = String(raw_key);
  const submitted = { url: 'https://git.invalid/acme/critical' };
  const { job_id: job, repo_id: repo } = await send(first.url, 'repos/analyze', key, submitted);
  const statusAt = async (url: string) => (await send(url, `jobs/${job}`, key)).status;
  await expect.poll(() => statusAt(first.url), { interval: 10 }).toBe('running');
  await first.kill();

  // As if the claim of the dead process had run out.
  const database = new BetterSqlite(join(first.folder, '.data', 'reporisk.db'));
  expect(database.prepare('select status from job where id = ?').pluck().get(job)).toBe('running');
  database.prepare('update task set leased_until = 1 where id = ?').run(job);
  database.close();
  await using second = await serverProcess({}, first.folder);
  await expect.poll(() => statusAt(second.url), { timeout: 10_000 }).toBe('completed');
  expect(await send(second.url, `repos/${repo}`, key)).toMatchObject({ risk_level: 'critical' });
});
