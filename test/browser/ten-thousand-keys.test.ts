import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { fillOrganization } from '../support/filled-organization.ts';
import { signIn, startConsole } from './console.ts';

interface Asked {
  readonly search?: string;
  readonly status?: string;
  readonly sort?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** A page's requests for the list of keys, and the number of rows in each answer. */
function watchLists(page: Page) {
  const asked: Asked[] = [];
  const rows: number[] = [];
  page.on('response', async (response) => {
    const url = new URL(response.url());
    if (url.pathname !== '/trpc/apiKeys.list') return;
    asked.push(JSON.parse(url.searchParams.get('input') ?? '{}'));
    const body = (await response.json()) as { result: { data: { items: unknown[] } } };
    rows.push(body.result.data.items.length);
  });
  /** The requests since the last call, once there is any. */
  const next = async () => {
    await expect.poll(() => rows.length === asked.length && rows.length > 0).toBe(true);
    rows.length = 0;
    return asked.splice(0);
  };
  return { rows, next };
}

test('KeyCard asks for one page of 10,000 keys, and lets the server sort, search, filter and page', async () => {
  await using console = await startConsole();
  {
    await using database = await openAuditedDatabase(console.databaseUrl);
    await fillOrganization(database, 10_000, Date.now());
  }
  await using session = await console.open();
  const { page } = session;
  const { rows, next } = watchLists(page);
  const parameters = () => Object.fromEntries(new URL(page.url()).searchParams);
  const first = page.locator('tbody .record-label').first();
  await signIn(page, 'Parent admin');
  await first.getByText('CI pipeline 9999').waitFor();
  await page.getByText('More than 1,000 keys').waitFor();
  expect(Math.max(...rows)).toBeLessThanOrEqual(100);
  expect(await next()).toEqual([{ sort: '-created_at', limit: 50 }]);
  expect(await page.locator('tbody .row').count()).toBe(50);

  await page.getByRole('button', { name: 'Next' }).click();
  await first.getByText('CI pipeline 9949').waitFor();
  const cursor = expect.stringMatching(/^\w+$/);
  expect(await next()).toEqual([{ sort: '-created_at', limit: 50, cursor }]);
  expect(parameters()).toEqual({ pages: cursor });
  await page.reload();
  await first.getByText('CI pipeline 9949').waitFor();
  await expect.poll(() => rows.length).toBe(1);
  await next();

  await page.getByRole('button', { name: 'Expires' }).click();
  // It expired before all others.
  await first.getByText('Nightly audit 6200').waitFor();
  expect(await next()).toEqual([{ sort: 'expires_at', limit: 50 }]);
  await page.getByLabel('Status').selectOption('Revoked');
  await expect.poll(() => page.locator('[data-status=active]').count()).toBe(0);
  expect(await next()).toEqual([{ sort: 'expires_at', limit: 50, status: 'revoked' }]);
  await page.getByLabel('Search keys').fill('AUDIT 99');
  await expect.poll(() => page.locator('tbody .row').count()).toBe(4);
  const filter = { sort: 'expires_at', status: 'revoked', search: 'AUDIT 99' };
  expect(await next()).toEqual([{ ...filter, limit: 50 }]);
  expect(parameters()).toEqual(filter);

  // A link or a reload shows the same.
  const shown = await page.locator('tbody .record-label').allTextContents();
  await page.reload();
  await first.waitFor();
  expect(await page.locator('tbody .record-label').allTextContents()).toEqual(shown);
});
