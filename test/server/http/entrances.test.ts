import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServerOn } from '../../support/server.ts';

/** A console as `vite build` leaves it: a page and a hashed asset. */
async function builtConsole() {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-console-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(folder, 'assets', 'main-1a2b.js'), 'export {};');
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

const asPage = { headers: { Accept: 'text/html,*/*' } };

test('an unknown path of the API is 404 in JSON, whatever the console would show there', async () => {
  await using built = await builtConsole();
  await using server = await startServerOn('sqlite', { consoleFolder: built.folder });
  const paths = ['/api', '/api/v1/nope', '/api/v1/repos/', '/API/v1/repos', '/auth/x'];
  for (const path of [...paths, '/webhooks/clerk', '/demo/nope']) {
    const response = await server.fetch(path, asPage);
    expect([path, response.status, await response.json()]).toEqual([
      path,
      404,
      { detail: 'Not Found' },
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
  const page = await server.fetch('/settings/api-access', asPage);
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|data:|blob:|\*/);
  expect((await server.fetch('/settings/api-access')).status).toBe(404);
  // Every address of the console opens from a bookmark, and no other does.
  for (const path of ['/settings', '/settings/', '/settings/jobs/', '/settings/api-access/key_01K'])
    expect([path, (await server.fetch(path, asPage)).status]).toEqual([path, 200]);
  for (const path of ['/nowhere', '/settings/a/b/c', '/settings/a;b', '//settings'])
    expect([path, (await server.fetch(path, asPage)).status]).toEqual([path, 404]);
});

test('the console tells browsers of https only where it is behind https', async () => {
  await using built = await builtConsole();
  const consoleFolder = built.folder;
  const proxied = { headers: { ...asPage.headers, 'X-Forwarded-Proto': 'https' } };
  for (const [trustedProxies, expected] of [
    [['127.0.0.1'], 'max-age=31536000'],
    [[], null],
  ] as const) {
    await using server = await startServerOn('sqlite', {
      consoleFolder,
      trustedProxies,
      demo: false,
    });
    const page = await server.fetch('/settings/api-access', proxied);
    expect(page.headers.get('strict-transport-security')).toBe(expected);
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    const plain = await server.fetch('/settings/api-access', asPage);
    expect(plain.headers.get('strict-transport-security')).toBe(null);
    for (const path of [
      '/settings/api-access',
      '/assets/main-1a2b.js',
      '/api/v1/repos',
      '/healthz',
    ]) {
      const answer = await server.fetch(path, asPage);
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
  }
});

test('the page names the first requests of its script, and a sign-in only to the demo', async () => {
  await using built = await builtConsole();
  const consoleFolder = built.folder;
  const linkOf = async (demo: boolean, cookie: string) => {
    const clerkPublishableKey = demo ? null : `pk_test_${btoa('clerk.example.test$')}`;
    const parts = { consoleFolder, demo, clerkPublishableKey };
    await using server = await startServerOn('sqlite', parts);
    const headers = { ...asPage.headers, Cookie: `reporisk.persona=${cookie}` };
    const page = await server.fetch('/settings/jobs', { headers });
    expect(page.headers.get('vary')).toContain('Cookie');
    expect((await server.fetch('/assets/main-1a2b.js', { headers })).headers.has('link')).toBe(
      false,
    );
    const named = page.headers.get('link')?.split(', ') ?? [];
    return named.map((each) => each.replace('rel=preload; as=fetch; crossorigin', 'fetched'));
  };
  const config = '</console.json>; fetched';
  const signIn = '</demo/session?persona=parent-admin>; fetched';
  expect(await linkOf(true, 'parent-admin')).toEqual([config, signIn]);
  expect(await linkOf(true, '</x>')).toEqual([config]);
  const clerk = '<https://clerk.example.test>; rel=preconnect; crossorigin';
  expect(await linkOf(false, 'parent-admin')).toEqual([config, clerk]);
});

test('a persona signs in by the address that the page names, from its own page only', async () => {
  await using server = await startServerOn('sqlite', {});
  const path = '/demo/session?persona=parent-admin';
  const answer = await server.fetch(path);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.json()).toMatchObject({ token: expect.any(String) });
  const elsewhere = await server.fetch(path, { headers: { Origin: 'https://example.test' } });
  expect(elsewhere.status).toBe(403);
  for (const query of ['', '?persona=nobody', `${path.slice(13)}&persona=outsider`])
    expect([query, (await server.fetch(`/demo/session${query}`)).status]).toEqual([query, 422]);
});

test('hashed assets are immutable, the page is revalidated', async () => {
  await using built = await builtConsole();
  await using server = await startServerOn('sqlite', { consoleFolder: built.folder });
  const asset = await server.fetch('/assets/main-1a2b.js');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect((await server.fetch('/assets/gone.js', asPage)).status).toBe(404);
  expect((await server.fetch('/', asPage)).headers.get('cache-control')).toBe('no-cache');
});

test('what the console loads is compressed for who takes that, and says that it varies', async () => {
  await using built = await builtConsole();
  const script = `export const text = '${'much the same '.repeat(200)}';`;
  await writeFile(join(built.folder, 'assets', 'large-3c4d.js'), script);
  await using server = await startServerOn('sqlite', { consoleFolder: built.folder });
  const load = async (encoding: string) => {
    const headers = { 'Accept-Encoding': encoding };
    const response = await server.fetch('/assets/large-3c4d.js', { headers });
    expect(await response.text()).toBe(script);
    return ['content-encoding', 'vary'].map((name) => response.headers.get(name)?.toLowerCase());
  };
  expect(await load('gzip, br')).toEqual(['gzip', expect.stringContaining('accept-encoding')]);
  expect((await load('identity'))[0]).toBe(undefined);
});

test('a refused body leaves a connection on which the next request is answered', async () => {
  await using server = await startServerOn('sqlite');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (path: string, body?: string) =>
    new Promise<number>((resolve, reject) => {
      const sent = request(
        server.url + path,
        {
          agent,
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            Authorization: `Bearer ${server.token('parent-admin')}`,
            'Content-Type': 'application/json',
          },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  expect(await send('/api/v1/repos/analyze', `"${'x'.repeat(2 * 1024 * 1024)}"`)).toBe(413);
  expect(await send('/api/v1/repos')).toBe(200);
  agent.destroy();
});

test('the demo answers nothing to another name of this machine, figures neither', async () => {
  await using server = await startServerOn('sqlite');
  for (const path of ['/metrics', '/healthz', '/readyz', '/api/v1/repos', '/']) {
    const status = await new Promise<number | undefined>((resolve) => {
      request(server.url + path, { headers: { Host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect([path, status]).toEqual([path, 403]);
  }
});
