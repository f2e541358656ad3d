import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { forbiddenGlobals, type Import, importsOf } from './support/imports.ts';

/**
 * The allowed imports of each top folder. Each names only folders above it, so no circle can
 * appear.
 */
const allowed: Record<string, { values: string[]; types: string[]; packages: RegExp }> = {
  core: { values: ['core'], types: [], packages: /^@noble\/hashes(\/|$)/ },
  server: { values: ['server', 'core'], types: [], packages: /./ },
  console: { values: ['console'], types: ['server'], packages: /^(?!node:)/ },
};

/** Imports a module of the console that failed to load under another address. */
const loadsAgain = 'console/ui/lazy-named.tsx';

/**
 * The layers inside each top folder, lowest first. A file imports from its own folder and from
 * lower lines, never from a folder of its own line. The dot stands for files outside any folder; a
 * file that others build on has a separate line.
 */
const layers: Record<string, string> = {
  core: `
    errors.ts
    format hash
    generate policy
    store
    cache
    verify
    http remote
    .`,
  server: `
    clock ipc
    wire config
    network
    crypto
    database
    audit
    queue
    rate-limits scans
    anthropic
    usage webhooks assets idempotency sessions
    api-keys leaks
    clerk
    demo-mode
    operations
    rest
    trpc
    verifier
    observability
    workers
    .
    cli`,
  console: `
    messages
    api
    ui
    session
    audit-log
    anthropic-key api-access assets jobs service-accounts sub-orgs webhooks
    settings
    .`,
  test: `
    vectors
    support
    core processes
    contract console examples packages runtimes server simulation
    bench browser
    .`,
};

const ranks = Object.fromEntries(
  Object.entries(layers).map(([top, lines]) => [
    top,
    new Map(
      lines
        .trim()
        .split('\n')
        .flatMap((line, rank) =>
          line
            .trim()
            .split(' ')
            .map((unit) => [unit, rank] as const),
        ),
    ),
  ]),
);

/** The unit of a path in the list above: a folder, a file with a separate line, or the dot. */
function unitOf(path: string): string {
  const [top = '', name = '', ...rest] = path.split('/');
  return rest.length > 0 || ranks[top]?.has(name) ? name : '.';
}

const target = (path: string, specifier: string) =>
  posix.join(posix.dirname(path), specifier.replace(/\?.*$/, ''));

/** The project's own files that a file imports. */
const targetsOf = (path: string, imports: readonly Import[]) =>
  imports.flatMap(({ specifier }) => (specifier?.startsWith('.') ? [target(path, specifier)] : []));

function climbs(path: string, imports: readonly Import[]): string[] {
  const [top = ''] = path.split('/');
  const rankOf = (unit: string) => ranks[top]?.get(unit) ?? Number.NaN;
  return targetsOf(path, imports)
    .filter((to) => to.startsWith(`${top}/`) && unitOf(to) !== unitOf(path))
    .filter((to) => !(rankOf(unitOf(to)) < rankOf(unitOf(path))))
    .map((to) => `${path} imports ${to}, which is not in a lower layer`);
}

/** The first circle of files found; null when there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

function violations(path: string, source: string): string[] {
  const folder = path.split('/', 1)[0] ?? '';
  const rule = allowed[folder];
  if (!rule) return [];
  const globals = folder === 'core' ? forbiddenGlobals(path, source) : [];
  return [
    ...importsOf(path, source).flatMap((each) => violation(path, each, rule) ?? []),
    ...globals.map((name) => `${path} uses ${name}, which not every runtime has`),
  ];
}

function violation(
  path: string,
  { specifier, typeOnly }: Import,
  { values, types, packages }: (typeof allowed)[string],
): string | undefined {
  if (specifier === null) {
    return path === loadsAgain ? undefined : `${path} computes the name of an import`;
  }
  if (!specifier.startsWith('.')) {
    return packages.test(specifier) ? undefined : `${path} imports the package ${specifier}`;
  }
  if (!/\.(tsx?|css|svg|json)$/.test(specifier)) return `${path}: ${specifier} has no extension`;
  const top = target(path, specifier).split('/', 1)[0] ?? '';
  if (values.includes(top)) return undefined;
  if (!types.includes(top)) return `${path} imports from ${top}/`;
  return typeOnly ? undefined : `${path} imports more than types from ${top}/`;
}

const files = globSync('{core,server,console,test}/**/*.{ts,tsx}', {
  exclude: ['**/dist', '**/node_modules'],
})
  .map((path) => path.replaceAll('\\', '/'))
  .map((path) => ({ path, source: readFileSync(path, 'utf8') }))
  .map(({ path, source }) => ({ path, source, imports: importsOf(path, source) }));

test('imports point one way: console → the types of server, server → core, core → nothing', () => {
  expect(files.flatMap(({ path, source }) => violations(path, source))).toEqual([]);
});

test('every folder stands in a layer, and imports come from lower ones', () => {
  const units = files.map(({ path }) => [path.split('/')[0] ?? '', unitOf(path)] as const);
  expect(units.filter(([top, unit]) => !ranks[top]?.has(unit))).toEqual([]);
  expect(files.flatMap(({ path, imports }) => climbs(path, imports))).toEqual([]);
});

test('no files import each other in a circle', () => {
  const graph = files.map(({ path, imports }) => [path, targetsOf(path, imports)] as const);
  expect(circleIn(new Map(graph))).toBeNull();
});

test.each([
  ['server/queue/a.ts', '../webhooks/b.ts'],
  ['server/usage/a.ts', '../webhooks/b.ts'],
  ['server/rest/a.ts', '../app.ts'],
  ['core/errors.ts', './mod.ts'],
  ['console/ui/a.tsx', '../settings/b.tsx'],
  ['test/support/a.ts', '../server/b.ts'],
])('the layers refuse an import in %s of %s', (path, specifier) => {
  expect(climbs(path, [{ specifier, typeOnly: true }])).toHaveLength(1);
});

test.each([
  ['server/webhooks/a.ts', '../queue/b.ts'],
  ['server/operations/jobs/a.ts', '../api-keys/b.ts'],
  ['server/app.ts', './rest/b.ts'],
  ['server/rest/a.ts', '../../core/mod.ts'],
  ['core/mod.ts', './errors.ts'],
])('the layers allow an import in %s of %s', (path, specifier) => {
  expect(climbs(path, [{ specifier, typeOnly: false }])).toEqual([]);
});

test('a circle of files is found, however long', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', ['c']],
    ['c', ['d']],
    ['d', ['b']],
  ]);
  expect(circleIn(graph)).toEqual(['b', 'c', 'd', 'b']);
});

test.each([
  ['core/a.ts', "import { hash } from 'node:crypto';", 'imports the package node:crypto'],
  ['core/a.ts', "import { z } from 'zod';", 'imports the package zod'],
  ['core/a.ts', "export { b } from '../server/b.ts';", 'imports from server/'],
  ['core/a.ts', 'export const p = process.pid;', 'uses process'],
  ['core/a.ts', 'console.log(Bun);', 'uses Bun'],
  ['core/a.ts', 'export const p = globalThis.Deno;', 'uses Deno'],
  ['core/a/b.ts', "export { c } from '../c';", '../c has no extension'],
  ['server/a.ts', "import { App } from '../console/app.tsx';", 'imports from console/'],
  ['server/a.ts', "import type { B } from '../test/b.ts';", 'imports from test/'],
  ['server/a.ts', "const b = await import('../console/b.ts');", 'imports from console/'],
  ['console/a.ts', "import { b } from '../server/b.ts';", 'more than types from server/'],
  // The specifier is erased and the import stays: it would load the server.
  ['console/a.ts', "import { type B } from '../server/b.ts';", 'more than types from server/'],
  ['console/a.ts', "let b: import('../core/b.ts').B;", 'imports from core/'],
  ['server/a.ts', 'const b = await import(name);', 'computes the name'],
])('the import rule refuses in %s: %s', (path, source, complaint) => {
  expect(violations(path, source)).toEqual([expect.stringContaining(complaint)]);
});

test.each([
  ['core/a/b.ts', "import { sha256 } from '@noble/hashes/sha2.js';"],
  ['core/a/b.ts', "import { c } from '../c.ts'; const o = { process: c.process };"],
  ['server/a/b.ts', "import { c } from '../../core/c.ts'; import { z } from 'zod';"],
  ['console/a/b.tsx', "import type { C } from '../../server/c.ts'; import './b.css';"],
  ['console/a/b.tsx', "let c: import('../../server/c.ts').C;"],
])('the import rule accepts in %s: %s', (path, source) => {
  expect(violations(path, source)).toEqual([]);
});
