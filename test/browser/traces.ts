import type { BrowserContext, Page } from 'playwright-core';

/**
 * Every place where a page could have left data, as one text: markup, fields, address, history,
 * storage, databases, caches, service workers, the names of loaded files. And its memory, which
 * holds the caches of its queries.
 */
export async function tracesIn(page: Page): Promise<string> {
  const found = [await page.evaluate<string>(left), await page.content()];
  for (const frame of page.frames()) found.push(frame.url(), await frame.content());
  found.push(JSON.stringify(await page.context().storageState({ indexedDB: true })));
  return [...found, await memoryOf(page)].join('\n');
}

/** A page's heap as text, after garbage collection. */
export async function memoryOf(page: Page): Promise<string> {
  const inspector = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  inspector.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => void chunks.push(chunk));
  await inspector.send('HeapProfiler.collectGarbage');
  await inspector.send('HeapProfiler.takeHeapSnapshot');
  await inspector.detach();
  return chunks.join('');
}

/** Collects the output of pages: to the console, and to any server, in any part of a request. */
export function listenTo(context: BrowserContext): string[] {
  const heard: string[] = [];
  context.on('console', (message) => heard.push(message.text()));
  context.on('request', (request) => {
    heard.push(request.url(), request.postData() ?? '', JSON.stringify(request.headers()));
  });
  return heard;
}

// As text: these tests are checked without a browser's types.
const left = `(async () => {
  const found = [location.href, document.referrer, document.title, document.cookie, window.name];
  found.push(String(getSelection()), JSON.stringify(history.state));
  for (const field of document.querySelectorAll('input, textarea')) found.push(field.value);
  for (const storage of [localStorage, sessionStorage]) found.push(JSON.stringify({ ...storage }));
  for (const { name } of await indexedDB.databases()) found.push('database ' + name);
  for (const name of await caches.keys()) found.push('cache ' + name);
  for (const { scope } of await navigator.serviceWorker.getRegistrations()) found.push(scope);
  for (const entry of performance.getEntries()) found.push(JSON.stringify(entry));
  return found.join('\\n');
})()`;
