import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { denoPath, nodes } from '../support/runtimes.ts';
import { installLibrary, type Stranger } from '../support/stranger.ts';

let stranger: Stranger;
let expected: string;
beforeAll(async () => {
  stranger = await installLibrary();
  const program = await readFile('test/runtimes/agreement.ts', 'utf8');
  await stranger.write({
    'agreement.mjs': stripTypeScriptTypes(program)
      .replace('../../core/mod.ts', '@reporisk/api-access/core')
      .replace('../vectors/reporisk-key-format.json', './vectors.json'),
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
  expected = await stranger.run(process.execPath, 'agreement.mjs');
  expect(JSON.parse(expected).secureKeyIsWellFormed).toBe(true);
});
afterAll(() => stranger[Symbol.asyncDispose]());

test.for([20, 22, 24])(
  'the installed core agrees with its sources on Node %i',
  async (major, context) => {
    const node = (await nodes()).get(major);
    if (node === undefined) return context.skip(`there is no Node ${major} on this machine`);
    expect(await stranger.run(node, 'agreement.mjs')).toBe(expected);
    expect(await stranger.run(node, 'hashing.mjs')).toBe('true 128\n');
    expect(await stranger.run(node, 'required.cjs')).toBe('function function\n');
  },
);

test('the installed core agrees with its sources on Deno, which grants it no permission', async (context) => {
  const deno = denoPath();
  if (deno === null) return context.skip('no Deno is packaged for this platform');
  const options = ['--no-prompt', '--cached-only', '--node-modules-dir=manual'];
  expect(await stranger.run(deno, 'run', ...options, 'agreement.mjs')).toBe(expected);
  expect(await stranger.run(deno, 'run', ...options, 'hashing.mjs')).toBe('true 128\n');
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
