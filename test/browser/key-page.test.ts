import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey, inDatabase, useKey } from './demo-keys.ts';
import { focused } from './focus.ts';
import { callAs, submitAs } from './key-calls.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

test('KeyPage has an address, a history in sentences, and a way back to its row and filter', async () => {
  for (let n = 0; n < 40; n++) await createKey(console, { label: `Key ${n}` });
  const key = await createKey(console, { label: 'Kept' });
  await using session = await console.open();
  const { page } = session;
  const address = `/settings/api-access?key=${key.id}`;
  const heading = page.getByRole('heading', { level: 1, name: 'Kept' });
  await signIn(page, 'Parent admin', address);
  await heading.waitFor();
  const history = page.getByRole('region', { name: 'History' });
  await history.getByRole('row').filter({ hasText: 'created' }).getByText('Kept').waitFor();
  await page.reload();
  await heading.waitFor();

  await page.getByRole('link', { name: 'All keys' }).click();
  await page.getByLabel('Search keys').fill('Key');
  await page.waitForURL('**/settings/api-access?search=Key');
  await page.getByRole('link', { name: 'Details of Kept' }).waitFor({ state: 'detached' });
  const row = page.getByRole('link', { name: 'Details of Key 3', exact: true });
  const scrolled = () => page.evaluate<number>('scrollY');
  await row.focus();
  const left = await scrolled();
  expect(left).toBeGreaterThan(100);
  const expectAsLeft = async () => {
    await expect.poll(() => focused(page)).toBe('link "Details of Key 3"');
    // Whatever else follows a change of the address has happened two frames later.
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
    expect(Math.abs((await scrolled()) - left)).toBeLessThanOrEqual(1);
    expect(new URL(page.url()).search).toBe('?search=Key');
  };
  const one = page.getByRole('heading', { level: 1, name: 'Key 3' });
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('heading "Key 3" [level=1]');
  expect(await scrolled()).toBe(0);
  await page.goBack();
  await expectAsLeft();
  await page.goForward();
  await one.waitFor();
  await page.getByRole('link', { name: 'All keys' }).click();
  await expectAsLeft();
  // The rows come from the server again, after the page.
  await page.goForward();
  await one.waitFor();
  await page.reload();
  await one.waitFor();
  await page.goBack();
  await expectAsLeft();
  // A reload of the list stays where it was.
  await page.reload();
  await row.waitFor();
  await expect.poll(async () => Math.abs((await scrolled()) - left)).toBeLessThanOrEqual(1);

  // An entry that Back left, too: what was true of it before is over once it is left again.
  await page.goBack();
  await heading.waitFor();
  await page.goForward();
  await row.waitFor();
  expect(Math.abs((await scrolled()) - left)).toBeLessThanOrEqual(1);
  await page.getByRole('link', { name: 'Details of Key 25' }).focus();
  const higher = await scrolled();
  expect(higher).toBeLessThan(left - 1);
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('heading "Key 25" [level=1]');
  await page.goBack();
  await expect.poll(() => focused(page)).toBe('link "Details of Key 25"');
  expect(Math.abs((await scrolled()) - higher)).toBeLessThanOrEqual(1);

  await page.goto('/settings/api-access?key=key_unknown');
  await page.getByText('This organization has no such key.').waitFor();
  await page.getByRole('link', { name: 'All keys' }).click();
  await page.getByRole('link', { name: 'Details of Kept' }).waitFor();
});

test('KeyPage: the figures of a key are those of its row, also far from UTC and after a call', async () => {
  const key = await createKey(console, { label: 'Counted' });
  expect(await callAs(console, key.raw, 'ci/1')).toBe(200);
  await useKey(console, key);
  const hour = 3_600_000;
  const today = Math.floor(Date.now() / (24 * hour)) * 24 * hour;
  // Around the ends of the first day of seven, at each of which a day of the reader would differ.
  for (const [hours, count] of [
    [-6 * 24 - 1, 100],
    [-6 * 24, 20],
    [-5 * 24 - 1, 3],
    [-5 * 24, 4],
  ] as const) {
    const at = today + hours * hour;
    const insert = 'insert into key_hour (key_id, hour, outcome, count) values (?, ?, ?, ?)';
    await inDatabase(console, insert, key.id, at, 'success', count);
  }
  for (const timezoneId of ['Pacific/Auckland', 'America/Los_Angeles']) {
    await using session = await console.open({ timezoneId });
    const { page } = session;
    await signIn(page, 'Parent admin');
    const row = page.getByRole('row').filter({ hasText: 'Counted' });
    const [, sum, days] =
      /(\d+) calls in 7 days, by day \(UTC\): (.*)/.exec(
        (await row.locator('.sparkline').getAttribute('title')) ?? '',
      ) ?? [];
    const lastUse = await row.locator('time').first().getAttribute('datetime');
    const byDay = (days ?? '').split(', ').map(Number);
    expect(byDay.slice(0, 2)).toEqual([23, 4]);
    await row.getByRole('link').click();
    const facts = page.locator('.key-facts');
    expect(await facts.locator('time').first().getAttribute('datetime')).toBe(lastUse);
    await page.getByLabel('7 days').check();
    await page.getByText(`${sum} calls in the last 7 days`).waitFor();
    await page.getByText('As a table').click();
    const table = page.getByRole('table', { name: 'Calls of the last 7 days' });
    const counts = (await table.getByRole('cell').allInnerTexts()).map(Number).reverse();
    expect(counts).toEqual(byDay.filter((count) => count > 0));

    // What the page has seen since, the row says, too.
    expect(await callAs(console, key.raw, 'ci/1')).toBe(200);
    await page.getByText(`${Number(sum) + 1} calls in the last 7 days`).waitFor();
    await page.getByRole('link', { name: 'All keys' }).click();
    await expect
      .poll(() => row.locator('.sparkline').getAttribute('title'))
      .toMatch(new RegExp(`^${Number(sum) + 1} calls`));
  }
});

test('KeyPage: a key whose every call was refused is not one without calls', async () => {
  const { id, raw } = await createKey(console, { label: 'Refused', scopes: ['repos:read'] });
  expect(await submitAs(console, raw, 'ci/1')).toBe(403);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', `/settings/api-access?key=${id}`);
  await page.getByText('1 call in the last 24 hours, 1 of them failed.').waitFor();
  await page.getByText('No accepted call in the last seven days.').waitFor();
});

test('KeyPage has parts with addresses, says who was refused, and knows no key of another organization', async () => {
  const key = await createKey(console, { label: 'Held back', ip_allow_list: ['192.0.2.1'] });
  const refused = 'insert into key_refusal values (?, ?, ?, ?, ?, ?, ?)';
  const hoursAgo = (hours: number) => Date.now() - hours * 3_600_000;
  await inDatabase(
    console,
    refused,
    ...[key.id, 'address', '198.51.100.7', 'curl/8.5.0', 14, hoursAgo(5), hoursAgo(3)],
  );
  await inDatabase(console, "update organization set tier = 3 where id = 'org_demo_initech'");
  const theirs = await createKey(console, { label: 'Theirs' }, 'tier-1-admin');
  await using session = await console.open();
  const { page } = session;
  await page.setViewportSize({ width: 1280, height: 400 });
  await signIn(page, 'Parent admin', `/settings/api-access?key=${key.id}#settings`);
  await page.getByRole('heading', { level: 1, name: 'Held back' }).waitFor();
  const placeOf = async (part: string) =>
    (await page.getByRole('region', { name: part }).boundingBox())?.y ?? -1;
  const expectInView = async (part: string) => {
    await expect.poll(() => placeOf(part)).toBeLessThan(400);
    expect(await placeOf(part)).toBeGreaterThanOrEqual(0);
  };
  await expectInView('Settings');
  const headings = page.getByRole('main').getByRole('heading', { level: 2 });
  expect(await headings.allTextContents()).toEqual(['Overview', 'History', 'Settings']);
  const overview = page.getByRole('region', { name: 'Overview' });
  const attempt = overview.getByRole('list', { name: 'Refused attempts' }).getByRole('listitem');
  const said = await attempt.innerText();
  for (const part of ['From an address that is not allowed', '198.51.100.7', 'curl/8.5.0']) {
    expect(said).toContain(part);
  }
  expect(said).toMatch(/14 times, first 5 hours ago.*last 3 hours ago/s);
  for (const part of ['History', 'Settings', 'Overview']) {
    await page.getByRole('navigation', { name: 'Parts' }).getByRole('link', { name: part }).click();
    await page.waitForURL(`**?key=${key.id}#${part.toLowerCase()}`);
    await expectInView(part);
  }
  // A part is a step: Back leaves the page where it was, and “All keys” passes over the parts.
  const scrolled = () => page.evaluate<number>('scrollY');
  await page.evaluate('scrollTo(0, 60)');
  const toPart = (part: string) =>
    page.getByRole('navigation', { name: 'Parts' }).getByRole('link', { name: part });
  await toPart('History').click();
  await expectInView('History');
  await page.goBack();
  await expect.poll(scrolled).toBe(60);
  await page.goForward();
  await expectInView('History');
  await page.evaluate('scrollBy(0, -90)');
  const left = await scrolled();
  const sections = page.getByRole('navigation', { name: 'Settings' });
  // A real click would first scroll to the link.
  await sections.getByRole('link', { name: 'Jobs' }).dispatchEvent('click');
  await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
  await page.goBack();
  await expect.poll(scrolled).toBe(left);
  await page.reload();
  await expect.poll(scrolled).toBe(left);
  await sections.getByRole('link', { name: 'API Access' }).click();
  await page.getByLabel('Search keys').fill('Held');
  await page.waitForURL('**/settings/api-access?search=Held');
  await page.getByRole('link', { name: 'Details of Held back' }).click();
  await toPart('History').click();
  await toPart('Settings').click();
  await page.getByRole('link', { name: 'All keys' }).click();
  await page.waitForURL('**/settings/api-access?search=Held');
  await page.goto(`/settings/api-access?key=${theirs.id}`);
  await page.getByText('This organization has no such key.').waitFor();
  await page.getByRole('link', { name: 'All keys' }).click();
  await page.getByRole('link', { name: 'Details of Held back' }).waitFor();
});
