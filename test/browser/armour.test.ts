import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';

test('no text becomes markup or a script in the console', async () => {
  await using product = await startConsole();
  await using session = await product.open({ expectsFailedLoads: true });
  const { page } = session;
  await signIn(page, 'Parent admin');
  // The attempts here are meant to be refused.
  await page.evaluate('window.reportFault = () => {}');
  for (const attempt of [
    "document.body.innerHTML = '<b>x</b>'",
    "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "document.createElement('iframe').srcdoc = '<b>x</b>'",
    "document.createElement('script').src = '/assets/x.js'",
    "document.createElement('script').text = 'window.x = 1'",
    "setTimeout('window.x = 1')",
    "trustedTypes.createPolicy('reporisk-templates', { createHTML: (html) => html })",
    "trustedTypes.createPolicy('default', { createHTML: (html) => html })",
  ]) {
    const outcome = await page.evaluate(
      `(() => { try { ${attempt}; return 'done' } catch (error) { return error.name } })()`,
    );
    expect([attempt, outcome]).not.toEqual([attempt, 'done']);
  }
  expect(await page.evaluate("[typeof window.x, document.querySelector('b')]")).toEqual([
    'undefined',
    null,
  ]);
});

test('a page that opened the console can neither see nor navigate it', async () => {
  await using product = await startConsole();
  await using resources = new AsyncDisposableStack();
  const elsewhere = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>Elsewhere</title>');
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  resources.defer(() => {
    elsewhere.closeAllConnections();
    elsewhere.close();
  });
  const { port } = elsewhere.address() as AddressInfo;
  await using session = await product.open({ expectsFailedLoads: true });
  const { page, context } = session;
  await page.goto(`http://localhost:${port}/`);
  const opened = context.waitForEvent('page');
  await page.evaluate(`window.opened = window.open('${product.url}/settings/api-access'); 0`);
  const popup = await opened;
  await signIn(popup, 'Parent admin');
  const address = popup.url();
  expect(await page.evaluate('window.opened.closed')).toBe(true);
  await page.evaluate(`window.opened.location = 'http://localhost:${port}/lure'; 0`);
  expect(await popup.evaluate('window.opener')).toBe(null);
  await popup.getByRole('navigation', { name: 'Settings' }).waitFor();
  expect(popup.url()).toBe(address);
});
