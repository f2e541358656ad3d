import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { bunPath, denoPath, nodes, workerdPath } from '../support/runtimes.ts';
import { installLibrary, type Stranger } from '../support/stranger.ts';
import { vectors } from '../support/vectors.ts';
import { bundled, startWorker } from '../support/worker.ts';

const [documented] = vectors.valid;

let stranger: Stranger;
let expected: string;
beforeAll(async () => {
  stranger = await installLibrary();
  const program = await readFile('test/runtimes/agreement.ts', 'utf8');
  await stranger.write({
    'agreement.mjs': stripTypeScriptTypes(program)
      .replace('../../core/mod.ts', '@reporisk/api-access/core')
      .replace('../vectors/reporisk-key-format.json', './vectors.json'),
    'print-agreement.mjs': `
      import { maskKey } from '@reporisk/api-access/format';
      import { agreement } from './agreement.mjs';
      console.log(maskKey('${documented?.key}'), await agreement());
    `,
    'worker.mjs': `
      import { maskKey } from '@reporisk/api-access/format';
      import { agreement } from './agreement.mjs';
      const fetch = async () => new Response(maskKey('${documented?.key}') + ' ' + (await agreement()) + '\\n');
      export default { fetch };
    `,
    'vectors.json': await readFile('test/vectors/reporisk-key-format.json', 'utf8'),
    'hashing.mjs': `
      import { nobleHashing, pepperedScheme } from '@reporisk/api-access/core';
      import { nodeHashing } from '@reporisk/api-access/node-hashing';
      const [ours, other] = [nodeHashing, nobleHashing].map((hashing) => {
        const digest = hashing.sha256('rrk_live_x');
        return digest + pepperedScheme(new Uint8Array(32), hashing).lookup(digest);
      });
      console.log(ours === other, ours.length);
    `,
    'required.cjs': `
      const { parseKey } = require('@reporisk/api-access/core');
      const { maskKey } = require('@reporisk/api-access/format');
      console.log(typeof parseKey, typeof maskKey);
    `,
  });
  expected = await stranger.run(process.execPath, 'print-agreement.mjs');
  expect(expected).toMatch(/^rrk_live_AbCd••••JkEW {.*"secureKeyIsWellFormed":true/);
});
afterAll(() => stranger[Symbol.asyncDispose]());

test.for([20, 22, 24])(
  'the installed core agrees with its sources on Node %i',
  async (major, context) => {
    const node = (await nodes()).get(major);
    if (node === undefined) return context.skip(`there is no Node ${major} on this machine`);
    expect(await stranger.run(node, 'print-agreement.mjs')).toBe(expected);
    expect(await stranger.run(node, 'hashing.mjs')).toBe('true 128\n');
    expect(await stranger.run(node, 'required.cjs')).toBe('function function\n');
  },
);

test('the installed core agrees with its sources on Deno, which grants it no permission', async (context) => {
  const deno = denoPath();
  if (deno === null) return context.skip('no Deno is packaged for this platform');
  const options = ['--no-prompt', '--cached-only', '--node-modules-dir=manual'];
  expect(await stranger.run(deno, 'run', ...options, 'print-agreement.mjs')).toBe(expected);
  expect(await stranger.run(deno, 'run', ...options, 'hashing.mjs')).toBe('true 128\n');
});

test('the installed core agrees with its sources on Bun', async (context) => {
  const bun = bunPath();
  if (bun === null) return context.skip('no Bun is packaged for this platform');
  for (const [program, output] of [
    ['print-agreement.mjs', expected],
    ['hashing.mjs', 'true 128\n'],
    ['required.cjs', 'function function\n'],
  ] as const) {
    expect(await stranger.run(bun, '--no-install', program)).toBe(output);
  }
});

test('the installed core agrees with its sources in workerd, as a Worker', async (context) => {
  const workerd = workerdPath();
  if (workerd === null) return context.skip('no workerd is packaged for this platform');
  await using worker = await startWorker(workerd, await bundled(stranger.folder, 'worker.mjs'));
  expect(await (await fetch(worker.url)).text()).toBe(expected);
});

test('the installed core agrees with its sources in Chromium', async () => {
  const code = await bundled(stranger.folder, 'print-agreement.mjs');
  await using browser = await launchChromium();
  const page = await browser.newPage();
  const printed = page.waitForEvent('console');
  await page.addScriptTag({ content: code, type: 'module' });
  expect(`${(await printed).text()}\n`).toBe(expected);
});

test.for([20, 22])(
  'openVerifier() says on Node %i that it needs Node 24',
  async (major, context) => {
    const node = (await nodes()).get(major);
    if (node === undefined) return context.skip(`there is no Node ${major} on this machine`);
    await using embedder = await installLibrary('peers');
    await embedder.write({
      'store.mjs': `
      import { openVerifier } from '@reporisk/api-access/store';
      const options = { databaseUrl: 'sqlite:none.db', verificationSecret: new Uint8Array(32) };
      await openVerifier(options).catch((error) => console.log(error.message));
    `,
    });
    expect(await embedder.run(node, 'store.mjs')).toMatch(/^openVerifier\(\) needs Node 24/);
  },
);
