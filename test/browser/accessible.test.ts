import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectSoundInEveryLook } from './axe.ts';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';
import { route } from './route.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const setTier = (tier: number) =>
  inDatabase(console, "update organization set tier = ? where id = 'org_demo_initech'", tier);

/** Answers a request in the server's place, as a failing or otherwise configured server would. */
const answer = (page: Page, url: string, status: number, body: object = {}) =>
  route(page, url, (caught) => caught.fulfill({ status, json: body }), { times: 1 });

test('no state of signing in breaks a rule of accessibility, in any look', async () => {
  await using session = await console.open();
  const { page } = session;
  await answer(page, '**/console.json', 200, { sign_in: 'clerk', publishable_key: null });
  await page.goto('/');
  await page.getByText('has no CLERK_PUBLISHABLE_KEY').waitFor();
  await expectSoundInEveryLook(page, 'a server without a sign-in');

  await page.reload();
  await page.getByRole('heading', { name: 'Who would you like to be?' }).waitFor();
  await expectSoundInEveryLook(page, 'the personas');
  await answer(page, '**/demo/session?*', 503);
  await page.getByRole('button', { name: /^Outsider/ }).click();
  await page.getByRole('alert').waitFor();
  await expectSoundInEveryLook(page, 'a persona that could not be signed in');

  await answer(page, '**/trpc/session.get?*', 401);
  await page.getByRole('button', { name: /^Parent admin/ }).click();
  await page.getByRole('button', { name: 'Sign in again' }).waitFor();
  await expectSoundInEveryLook(page, 'a session that has expired');
  await page.getByRole('button', { name: 'Sign in again' }).click();
  await page.getByRole('heading', { level: 1, name: 'API Access' }).waitFor();
});

test('a server that is away is told of, and breaks no rule of accessibility', async () => {
  await using session = await console.open({ expectsFailedLoads: true });
  const { page } = session;
  await answer(page, '**/console.json', 503);
  await page.goto('/');
  await page.getByText('The server did not answer').waitFor();
  await expectSoundInEveryLook(page, 'a server that is away');
});

test.each([
  ['Parent member', '/settings/api-access', 'Ask an admin of Acme Security'],
  ['Sub-organization admin', '/settings/api-access', 'Ask an admin of the parent organization'],
  ['Outsider', '/settings/api-access', 'Switch to another organization'],
  ['Parent member', '/settings/webhooks', 'Webhooks: only for admins'],
  ['Parent member', '/settings/jobs', 'can cancel jobs: ask one of them'],
  ['Parent member', '/settings/sub-orgs', 'archive sub-organizations: ask one of them'],
  ['Tier 1 admin', '/settings/webhooks', 'comes with Tier 3'],
  ['Tier 1 admin', '/settings/service-accounts', 'comes with Tier 3'],
])('what %s sees at %s breaks no rule of accessibility', async (persona, path, telling) => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, persona, path);
  await page.getByText(telling).waitFor();
  await expectSoundInEveryLook(page, `${persona} at ${path}`);
});

test('the upgrade notice breaks no rule of accessibility, with dormant keys or none', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Tier 1 admin');
  await page.getByText('API access comes with Tier 3').waitFor();
  await expectSoundInEveryLook(page, 'no dormant keys');
  await setTier(3);
  await createKey(console, { label: 'From better days' }, 'tier-1-admin');
  await setTier(1);
  await page.reload();
  await page.getByRole('heading', { name: '1 key is paused by your plan' }).waitFor();
  await expectSoundInEveryLook(page, 'dormant keys');
  await page.getByRole('button', { name: 'Revoke all keys' }).click();
  const question = page.getByRole('alertdialog', { name: 'Revoke every key?' });
  await question.waitFor();
  await expectSoundInEveryLook(page, 'revoking every key');
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  expect(await page.locator(':focus').innerText()).toBe('Revoke all keys');
});
