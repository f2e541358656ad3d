import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { forbiddenGlobals, type Import, importsOf } from './support/imports.ts';

// Who may import whom, lowest first. Each names only folders above it in this list, so the arrows
// cannot form a circle.
const allowed: Record<string, { values: string[]; types: string[]; packages: RegExp }> = {
  core: { values: ['core'], types: [], packages: /^@noble\/hashes(\/|$)/ },
  server: { values: ['server', 'core'], types: [], packages: /./ },
  console: { values: ['console'], types: ['server'], packages: /^(?!node:)/ },
};

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
  if (!specifier.startsWith('.')) {
    return packages.test(specifier) ? undefined : `${path} imports the package ${specifier}`;
  }
  if (!/\.(tsx?|css|svg|json)$/.test(specifier)) return `${path}: ${specifier} has no extension`;
  const target = posix.join(posix.dirname(path), specifier).split('/', 1)[0] ?? '';
  if (values.includes(target)) return undefined;
  if (!types.includes(target)) return `${path} imports from ${target}/`;
  return typeOnly ? undefined : `${path} imports more than types from ${target}/`;
}

test('imports point one way: console → the types of server, server → core, core → nothing', () => {
  const files = globSync('{core,server,console}/**/*.{ts,tsx}', { exclude: ['**/dist'] });
  const found = files
    .map((path) => path.replaceAll('\\', '/'))
    .flatMap((path) => violations(path, readFileSync(path, 'utf8')));
  expect(found).toEqual([]);
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
