import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { expect, test } from 'vitest';
import { installServer } from '../support/stranger.ts';
import { zipOf } from '../support/zip.ts';

/** Starts the installed server; its lines up to the last one that it writes. */
async function started({ folder, installed }: Awaited<ReturnType<typeof installServer>>) {
  await using resources = new AsyncDisposableStack();
  const child = spawn(process.execPath, [join(installed, 'server', 'main.js')], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  resources.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    // The log begins once everything has been said.
    if (line.startsWith('{')) break;
    lines.push(line);
  }
  const url = /http:\S+/.exec(lines[0] ?? '')?.[0] ?? '';
  const running = resources.move();
  return { lines, url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test('the installed server serves the API alone where it has no console, and says so', async () => {
  await using stranger = await installServer();
  await rm(join(stranger.installed, 'console'), { recursive: true, force: true });
  await using server = await started(stranger);
  expect(server.lines).toEqual([
    expect.stringMatching(/^RepoRisk API Access: http:/),
    'Demo mode: get a session token with reporisk session --persona parent-admin',
    'The API alone, without the console: console/dist has not been built',
  ]);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect((await fetch(server.url)).status).toBe(404);
});

test('the installed server serves the console that it has beside it', async () => {
  await using stranger = await installServer();
  const page = join(stranger.installed, 'console', 'dist');
  await mkdir(page, { recursive: true });
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Console</title>');
  await using server = await started(stranger);
  expect(server.lines).toHaveLength(2);
  expect(await (await fetch(server.url)).text()).toContain('<title>Console</title>');
});

test('the installed server scans: each program that it starts came along', async () => {
  await using stranger = await installServer();
  const archive = zipOf([{ name: 'package.json', content: '{"name": "sample"}' }]);
  await writeFile(join(stranger.folder, 'sample.vsix'), archive);
  const scans = './node_modules/@reporisk/api-access-server/server/scans';
  await stranger.write({
    'scan.mjs': `
      import { examine } from '${scans}/examine.js';
      import { scanLimits } from '${scans}/limits.js';
      const source = { kind: 'extension_file', path: 'sample.vsix', name: 'sample.vsix' };
      const context = { signal: new AbortController().signal, onReceived() {} };
      const seen = await examine({ source, folder: '.', limits: scanLimits }, context);
      console.log(JSON.stringify(seen));
    `,
  });
  const seen = JSON.parse(await stranger.run(process.execPath, 'scan.mjs'));
  expect(seen).toMatchObject({ gaps: [] });
});

test('the installed command line runs as a program of its own', async () => {
  await using stranger = await installServer();
  const command = join(stranger.installed, 'server', 'cli', 'main.js');
  expect(await stranger.run(command, '--help')).toMatch(/^reporisk \[--json\] COMMAND/);
});
