// Builds the packages into dist/api-access and dist/api-access-server, the folders that `npm pack` and
// `npm publish` take. Node strips no types inside node_modules, so a package holds JavaScript and
// declarations. An argument names another folder than dist.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { library, type Package, server } from './packages.ts';

const root = resolve(import.meta.dirname, '..', '..');
const dist = resolve(root, process.argv[2] ?? 'dist');
/** The compiler's output, from which each package takes what its entries lead to. */
const compiled = join(dist, '.compiled');

const product: {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// tsc writes the end of each import on one line; examples, which import too, stand in comments.
const imports =
  /^(?!\s*\/?[*/]).*?(?:\bfrom |^import |\bimport\()(['"])([@\w.][^'"\s]*)\1(?:;|\))/gm;

/** Imports inside of types. */
const importTypes = /\bimport\("([^"]+)"\)/g;

/** Files that a process or a thread is started with. */
const programs = /new URL\('(\.\/[\w-]+)\.ts', import\.meta\.url\)/g;

compile();
for (const each of [library, server]) build(each);
rmSync(compiled, { recursive: true });

function compile(): void {
  rmSync(compiled, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = join(import.meta.dirname, 'tsconfig.json');
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', compiled], {
    cwd: root,
    stdio: 'inherit',
  });
  // A client's types are the router's, without what only the server knows of a procedure, and on types of
  // their own: see calls.d.ts.
  cpSync(join(import.meta.dirname, 'calls.d.ts'), join(compiled, 'server/trpc/calls.d.ts'));
  rewrite('server/trpc/router.d.ts', /procedure\.ts|@trpc/, [
    [/import\("@trpc\/server"\)\.TRPC(\w+)/g, 'import("./calls.ts").$1'],
    [/import\("\.\/procedure\.ts"\)\.(TrpcContext|ProcedureMeta)\b/g, 'object'],
  ]);
  rewrite('server/trpc/error-shape.d.ts', /@trpc|TRPC/, [
    [/^import .* from '@trpc\/server\/rpc';\n/gm, ''],
    [/\bTRPC_ERROR_CODE_KEY\b/g, 'string'],
    [/\bTRPC_ERROR_CODE_NUMBER\b/g, 'number'],
  ]);
  rewrite('server/client.d.ts', /@trpc|TRPC/, [
    [/^import .* from '@trpc\/client';\n/gm, ''],
    [/\bTRPCClient<AppRouter>/g, 'AppRouter'],
  ]);
}

/** Rewrites a compiled file, of which then nothing may be left that a consumer must not see. */
function rewrite(path: string, foreign: RegExp, changes: readonly [RegExp, string][]): void {
  const text = changes.reduce((before, [from, to]) => before.replaceAll(from, to), read(path));
  const [left] = foreign.exec(text) ?? [];
  if (left !== undefined) throw new Error(`${path} leads to types of ${left}`);
  write(join(compiled, path), text);
}

function build(made: Package): void {
  const folder = join(dist, made.folder);
  const commands = Object.values(made.commands);
  const exported = Object.values(made.exports);
  const code = reachable([...exported, ...commands], '.js');
  const types = reachable(exported, '.d.ts');
  rmSync(folder, { recursive: true, force: true });
  for (const path of code.files) {
    const isCommand = commands.includes(path.replace(/\.js$/, ''));
    const start = isCommand ? '#!/usr/bin/env node\n' : '';
    write(join(folder, path), start + started(path), isCommand ? 0o755 : 0o644);
    write(join(folder, `${path}.map`), withoutPaths(read(`${path}.map`)));
  }
  for (const path of types.files) write(join(folder, path), read(path));
  const copied = made.copied.filter((path) => existsSync(join(root, path)));
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
  const tops = [...code.files, ...types.files, ...copied].map((path) => path.split('/')[0]);
  const packages = [...new Set([...code.packages, ...types.packages])].sort();
  const optional = packages.filter((each) => !made.requires(each));
  const manifest = {
    name: made.name,
    version: product.version,
    description: made.description,
    license: product.license,
    type: 'module',
    engines: made.engines,
    sideEffects: false,
    files: [...new Set(tops)],
    exports: { ...exportsOf(made), './package.json': './package.json' },
    ...(commands.length > 0 && { bin: eachOf(made.commands, (source) => `./${source}.js`) }),
    dependencies: versionsOf(packages.filter(made.requires)),
    ...(optional.length > 0 && {
      peerDependencies: eachOf(versionsOf(optional), (version) => `^${version}`),
      peerDependenciesMeta: Object.fromEntries(optional.map((each) => [each, { optional: true }])),
    }),
  };
  write(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(import.meta.dirname, `${made.folder}.md`), join(folder, 'README.md'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

function read(path: string): string {
  return readFileSync(join(compiled, path), 'utf8');
}

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}

/** The files of a kind that sources lead to, and the packages that they name. */
function reachable(sources: readonly string[], kind: '.js' | '.d.ts') {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const specifier of specifiersIn(read(file))) {
      if (specifier.startsWith('.')) {
        visit(posix.join(posix.dirname(file), specifier.replace(/\.(ts|js)$/, kind)));
      } else if (!specifier.startsWith('node:')) {
        packages.add(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
      }
    }
  };
  for (const source of sources) visit(source + kind);
  return { files, packages };
}

function specifiersIn(text: string): string[] {
  return [
    ...[...text.matchAll(imports)].map(([, , specifier = '']) => specifier),
    ...[...text.matchAll(importTypes)].map(([, specifier = '']) => specifier),
    ...[...text.matchAll(programs)].map(([, path = '']) => `${path}.js`),
  ];
}

/** A file's code; tsc renames what is imported, but not what is started. */
function started(path: string): string {
  return read(path).replaceAll(programs, "new URL('$1.js', import.meta.url)");
}

/** Names the source, which the map contains, without a path: it would lead out of the package. */
function withoutPaths(text: string): string {
  const map: { readonly sources: readonly string[] } = JSON.parse(text);
  return JSON.stringify({ ...map, sources: map.sources.map((source) => basename(source)) });
}

function exportsOf({ exports }: Package) {
  return Object.fromEntries(
    Object.entries(exports).map(([name, source]) => [
      `./${name}`,
      { types: `./${source}.d.ts`, default: `./${source}.js` },
    ]),
  );
}

function eachOf(values: Readonly<Record<string, string>>, of: (value: string) => string) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value)]));
}

function versionsOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((each) => {
      const version = product.dependencies[each] ?? product.devDependencies[each];
      if (version === undefined) throw new Error(`package.json has no version of ${each}`);
      return [each, version];
    }),
  );
}
