import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { library } from '../../.ci/packages/packages.ts';
import { codeBlocks, examplesIn, withAssertions } from '../support/examples.ts';
import { installLibrary, type Stranger } from '../support/stranger.ts';

const documents = ['README.md', 'core/README.md', ...globSync('.ci/packages/*.md')];
const snippets = documents.flatMap((path) => codeBlocks(readFileSync(path, 'utf8'), 'ts'));
/** Those of core, which run, and those of the other exports, which need a database or a server. */
const examples = examplesIn('core');
const published = Object.values(library.exports).map((source) => `${source}.ts`);
const others = examplesIn('server').filter(({ where }) =>
  published.includes(`server/${where.replace(/:.*$/, '')}`),
);
const compiled = [...examples, ...others].map(({ code }) => code);

/** The packages that snippets import beside the library. */
const packages = [
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
  stranger = await installLibrary(packages);
  const programs = snippets.map((code) => (code.includes('Deno.') ? `${code}\n${deno}` : code));
  await stranger.write(
    Object.fromEntries([
      // The one neighbour that snippets import.
      ['store.ts', snippets.find((code) => code.startsWith('// store.ts')) ?? ''],
      ...programs.map((code, index) => [`snippet-${index}.ts`, `${code}\nexport {};\n`]),
      ...compiled.map((code, index) => [`example-${index}.ts`, `${code}\nexport {};\n`]),
      ...examples.map(({ code }, index) => [`run-${index}.ts`, withAssertions(code)]),
    ]),
  );
});
afterAll(() => stranger[Symbol.asyncDispose]());

const older = { ...bothWorlds, lib: ['ES2023', 'ESNext.Disposable', 'DOM'] };

/** The types of these need TypeScript 5.7. */
const needNewer = /from '(hono|@trpc\/server)\b/;

test.each([
  ['TypeScript 7', 'typescript', bothWorlds, () => true],
  ['TypeScript 5.4', 'typescript-5.4', older, (code: string) => !needNewer.test(code)],
] as const)(
  'every snippet of a README, and every example in comments, compiles with the installed library by %s',
  async (_, compiler, options, isCompiled) => {
    const files = [
      ...snippets.map((code, index) => (isCompiled(code) ? [`snippet-${index}.ts`] : [])),
      ...compiled.map((_code, index) => [`example-${index}.ts`]),
    ].flat();
    expect(others).toHaveLength(4);
    expect(files.length).toBeGreaterThan(compiled.length + 8);
    await stranger.compile(compiler, files, options);
  },
);

test('every example in the comments of core does with the installed library what it claims', async () => {
  expect(examples.length).toBeGreaterThan(25);
  const imports = examples.map((_, index) => `import './run-${index}.ts';`);
  await stranger.write({ 'examples.mjs': imports.join('\n') });
  await stranger.run(process.execPath, 'examples.mjs');
});
