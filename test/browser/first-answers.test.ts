import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';
import { route } from './route.ts';

// The session's record and the page's first content are asked for together: any of them may fail.
let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
  await createKey(console, { label: 'Pipeline' });
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

/** A page of an admin who is signed in. */
async function open() {
  const session = await console.open();
  await signIn(session.page, 'Parent admin');
  const { page } = session;
  const row = page.getByRole('grid').getByText('Pipeline');
  await row.waitFor();
  return { ...session, row };
}

const refusal = { error: { data: { detail: 'API access is disabled for this organization' } } };

test('a list that is refused beside a session says why, and asks for the session again', async () => {
  await using session = await open();
  const { page, row } = session;
  const lists = '**/trpc/apiKeys.list?*';
  await route(page, lists, (caught) => caught.fulfill({ status: 403, json: refusal }));
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.reload();
  await page.getByRole('alert').getByText('API access is disabled').waitFor();
  await page.waitForLoadState('networkidle');
  // Once with the list, and at most once more for the list that the page itself asked for.
  const sessions = asked.filter((path) => path === '/trpc/session.get');
  expect(sessions.length).toBeLessThanOrEqual(2);
  await page.unroute(lists);
  await page.reload();
  await row.waitFor();
});

test('a session that is refused beside a list shows no key', async () => {
  await using session = await open();
  const { page, row } = session;
  await route(page, '**/trpc/session.get?*', (caught) =>
    caught.fulfill({ status: 403, json: refusal }),
  );
  await page.reload();
  await page.getByText('You cannot manage API keys').waitFor();
  await page.waitForLoadState('networkidle');
  expect(await row.count()).toBe(0);
});

test('a stale token ends in a fresh sign-in', async () => {
  await using session = await open();
  const { page, row } = session;
  const json = { token: 'stale', expires_at: new Date(Date.now() + 600_000).toISOString() };
  await route(page, '**/demo/session?*', (caught) => caught.fulfill({ json }), { times: 1 });
  await page.reload();
  await page.getByRole('button', { name: 'Sign in again' }).click();
  await row.waitFor();
});

test('a new tab begins with the last persona, and each tab keeps its own', async () => {
  await using session = await open();
  const { page, context, row } = session;
  const other = await context.newPage();
  await other.goto('/settings/api-access');
  await other.getByRole('grid').getByText('Pipeline').waitFor();
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('button', { name: /^Tier 1 admin/ }).click();
  await other.getByText('API access comes with Tier 3').waitFor();
  await page.reload();
  await row.waitFor();
  await other.reload();
  await other.getByText('API access comes with Tier 3').waitFor();
  expect(await other.getByRole('grid').count()).toBe(0);
});
