import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maskKey } from '../../core/mod.ts';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

/** Every text that outlives a page or leaves it, and the keys of its caches. */
async function traces(page: Page): Promise<string[]> {
  const cdp = await page.context().newCDPSession(page);
  const { entries } = await cdp.send('Page.getNavigationHistory');
  // A query cache is a map from the query's key: so the keys of every map there is.
  const { result } = await cdp.send('Runtime.evaluate', { expression: 'Map.prototype' });
  const { objects } = await cdp.send('Runtime.queryObjects', {
    prototypeObjectId: result.objectId ?? '',
  });
  const keys = await cdp.send('Runtime.callFunctionOn', {
    objectId: objects.objectId ?? '',
    functionDeclaration: `function () {
      return this.flatMap((map) => [...map.keys()]).filter((key) => typeof key === 'string');
    }`,
    returnByValue: true,
  });
  await cdp.detach();
  const kept: unknown = await page.evaluate(`[
    location.href, JSON.stringify(history.state), document.title, document.cookie,
    JSON.stringify(localStorage), JSON.stringify(sessionStorage),
    ...performance.getEntriesByType('resource').map(({ name }) => name),
  ]`);
  return [...entries.map(({ url }) => url), keys.result.value, kept].flat(2).map(String);
}

/** Of a secret that was put somewhere, how much may show: the preview. */
function expectOnlyPreview(found: readonly string[], raw: string): void {
  const middle = raw.slice(14, 24);
  const decoded = found.map(
    (text) => `${text} ${decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'))}`,
  );
  expect(decoded.filter((text) => text.replace(/\s/g, '').includes(middle))).toEqual([]);
}

function requestsOf(page: Page): string[] {
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));
  return urls;
}

test.each([['/settings/api-access', 'Search keys', 'search']])(
  '%s takes of a secret that is pasted into %j the preview, and says so',
  async (path, field, name) => {
    await using session = await console.open();
    const { page } = session;
    const { raw } = await createKey(console, { label: `Pasted as ${name}` });
    const requests = requestsOf(page);
    await signIn(page, 'Parent admin', path);
    const box = page.getByLabel(field, { exact: true });

    for (const pasted of [raw, `Bearer ${raw}\n`, `${raw.slice(0, 20)}\n  ${raw.slice(20)}`]) {
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(pasted)})`);
      await box.click();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.press('ControlOrMeta+V');
      await expect.poll(() => box.inputValue()).toContain(maskKey(raw));
      expect(
        await page.locator(`#${await box.getAttribute('aria-describedby')}`).textContent(),
      ).toBe('A raw key or secret is never searched for, only its preview.');
      await page.waitForURL((url) => url.searchParams.get(name) === maskKey(raw));
      await expect
        .poll(() => requests.some((url) => decodeURIComponent(url).includes(maskKey(raw))))
        .toBe(true);
    }
    const found = await traces(page);
    // Control: the search covers the query's key.
    expect(found.some((text) => text.startsWith('["') && text.includes(maskKey(raw)))).toBe(true);
    expectOnlyPreview([...found, ...requests], raw);
  },
);

test('the audit log finds a key by the secret that is pasted into a picker, by its preview only', async () => {
  await using session = await console.open();
  const { page } = session;
  const { id, raw } = await createKey(console, { label: 'Pasted into a picker' });
  const requests = requestsOf(page);
  await signIn(page, 'Parent admin', '/settings/audit-log');
  const box = page.getByRole('combobox', { name: 'What' });
  await box.fill(raw);
  expect(await box.inputValue()).toBe(maskKey(raw));
  await page.getByText('A raw key or secret is never searched for').waitFor();
  await page.getByRole('option', { name: /^Pasted into a picker/ }).click();
  await page.waitForURL((url) => url.searchParams.get('target') === id);
  expectOnlyPreview([...(await traces(page)), ...requests], raw);
});

test('API Access finds a key by its preview', async () => {
  await using session = await console.open();
  const { page } = session;
  await createKey(console, { label: 'Another' });
  const { raw } = await createKey(console, { label: 'Wanted' });
  await signIn(page, 'Parent admin');
  await page.getByLabel('Search keys').fill(raw);
  await page.getByRole('link', { name: 'Details of Another' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Details of Wanted' }).waitFor();
});

test.each([
  ['a parameter', (raw: string) => `/settings/api-access?search=${raw}`],
  [
    'an encoded parameter',
    (raw: string) => `/settings/audit-log?target=${encodeURIComponent(raw).replace('_', '%5F')}`,
  ],
  ['an unknown parameter', (raw: string) => `/settings/jobs?${raw}=1&key=${raw}`],
  ['the cursors', (raw: string) => `/settings/audit-log?pages=${raw}`],
  ['the path', (raw: string) => `/settings/${raw}`],
  ['the fragment', (raw: string) => `/settings/api-access#${raw}`],
])('a link with a raw key in %s is cleaned before the console reads it', async (_, link) => {
  await using session = await console.open();
  const { page } = session;
  const { raw } = await createKey(console, { label: 'Linked' });
  const requests = requestsOf(page);
  await page.goto(link(raw));
  await page.getByRole('button', { name: /^Parent admin/ }).waitFor();
  expectOnlyPreview([page.url()], raw);
  await page.getByRole('button', { name: /^Parent admin/ }).click();
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
  // The page itself was asked for under the link: no page can change that.
  const [, ...others] = requests;
  expect(others.length).toBeGreaterThan(5);
  expectOnlyPreview([...(await traces(page)), ...others], raw);
});

test('a raw key typed into the address of an open page is cleaned as well', async () => {
  await using session = await console.open();
  const { page } = session;
  const { raw } = await createKey(console, { label: 'Typed' });
  await signIn(page, 'Parent admin');
  await page.evaluate(`location.hash = ${JSON.stringify(raw)}`);
  await expect.poll(() => page.url()).toContain('%E2%80%A2');
  expectOnlyPreview(await traces(page), raw);
});
