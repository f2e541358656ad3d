import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeBlocks, examplesIn, withAssertions } from '../support/examples.ts';
import { installLibrary, type Stranger } from '../support/stranger.ts';

const documents = ['README.md', 'core/README.md', ...globSync('.ci/packages/*.md')];
const snippets = documents.flatMap((path) => codeBlocks(readFileSync(path, 'utf8'), 'ts'));
const examples = examplesIn('core');

/** The packages that snippets import beside the library. */
const others = [
  ...['@trpc/client', '@trpc/server', '@types/node', '@types/express'],
  ...['express', 'fastify', 'hono', '@hono/node-server'],
];

const bothWorlds = {
  allowImportingTsExtensions: true,
  lib: ['ES2024', 'ESNext.Disposable', 'DOM'],
  types: ['node'],
};
const deno =
  'declare const Deno: { serve(handler: (request: Request) => Response | Promise<Response>): void };';

let stranger: Stranger;
beforeAll(async () => {
  stranger = await installLibrary(others);
  const programs = snippets.map((code) => (code.includes('Deno.') ? `${code}\n${deno}` : code));
  await stranger.write(
    Object.fromEntries([
      // The one neighbour that snippets import.
      ['store.ts', snippets.find((code) => code.startsWith('// store.ts')) ?? ''],
      ...programs.map((code, index) => [`snippet-${index}.ts`, `${code}\nexport {};\n`]),
      ...examples.map(({ code }, index) => [`example-${index}.ts`, `${code}\nexport {};\n`]),
      ...examples.map(({ code }, index) => [`run-${index}.ts`, withAssertions(code)]),
    ]),
  );
});
afterAll(() => stranger[Symbol.asyncDispose]());

test('every snippet of a README compiles with the installed library', async () => {
  expect(snippets.length).toBeGreaterThan(4);
  const files = snippets.map((_, index) => `snippet-${index}.ts`);
  await stranger.compile('typescript', files, bothWorlds);
});

test('every example in the comments of core compiles with the installed library, by TypeScript 5.4', async () => {
  const files = examples.map((_, index) => `example-${index}.ts`);
  const options = { ...bothWorlds, lib: ['ES2023', 'ESNext.Disposable', 'DOM'] };
  await stranger.compile('typescript-5.4', files, options);
});

test('every example in the comments of core does with the installed library what it claims', async () => {
  expect(examples.length).toBeGreaterThan(25);
  const imports = examples.map((_, index) => `import './run-${index}.ts';`);
  await stranger.write({ 'examples.mjs': imports.join('\n') });
  await stranger.run(process.execPath, 'examples.mjs');
});
