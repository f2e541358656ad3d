import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { library } from '../../.ci/packages/packages.ts';

/** A titled piece of code in a docblock. */
export interface Example {
  /** File and line. */
  readonly where: string;
  readonly code: string;
}

/** Every `@example` in the sources of a folder, in order. */
export function examplesIn(folder: string): Example[] {
  const paths = globSync('**/*.ts', { cwd: folder, exclude: ['dist'] }).sort();
  return paths.flatMap((path) => {
    const source = readFileSync(join(folder, path), 'utf8');
    return [...source.matchAll(/ \* @example.*\n \* ```ts\n([\s\S]*?) \* ```/g)].map((match) => ({
      where: `${path}:${source.slice(0, match.index).split('\n').length}`,
      code: (match[1] ?? '').replace(/^ \* ?/gm, ''),
    }));
  });
}

/** The code blocks of a language in a document, in their order. */
export function codeBlocks(text: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...text.matchAll(fence)].map(([, code = '']) => code);
}

/** Code that imports from the library, importing from its sources instead. */
export function inSources(code: string): string {
  return code.replaceAll(/(?<=from ')@reporisk\/api-access\/([\w-]+)(?=')/g, (_, name: string) => {
    const source = library.exports[name];
    if (source === undefined) throw new Error(`the library has no export ${name}`);
    return resolve(`${source}.ts`);
  });
}

// A literal, then the end or an explanation after a colon.
const literal = /^('[^']*'|true|false|null|-?\d+|\{.*\}|\[.*\])(: .*)?$/;

/**
 * Turns the claims of an example, `expression; // value` on one line or two, into assertions.
 *
 * @throws when a comment claims something that is no literal: it would go unchecked.
 */
export function withAssertions(code: string): string {
  const lines = code.replace(/;\n\/\/ /g, '; // ').split('\n');
  const checked = lines.map((line) => {
    const [, expression, comment = ''] = /^(.+); \/\/ (.+)$/.exec(line) ?? [];
    if (expression === undefined) return line;
    const value = literal.exec(comment)?.[1];
    if (value === undefined) throw new Error(`not a literal: ${comment}`);
    return `assert.deepEqual(${expression}, ${value});`;
  });
  return ["import assert from 'node:assert/strict';", ...checked].join('\n');
}

/**
 * Compiles snippets, each a module, with the options of a folder of the product.
 *
 * @param folder - `core` or `server`.
 * @returns the compiler's complaints; empty when there are none.
 */
export async function typeErrors(folder: string, snippets: readonly string[]): Promise<string> {
  // Inside the project, because packages are found from where a file lies.
  const cache = resolve('node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const place = await mkdtemp(join(cache, 'snippets-'));
  try {
    const compilerOptions = {
      composite: false,
      emitDeclarationOnly: false,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
      noEmit: true,
      rootDir: '/',
      isolatedDeclarations: false,
    };
    const tsconfig = {
      extends: resolve(folder, 'tsconfig.json'),
      compilerOptions,
      references: [],
      include: ['*.ts'],
    };
    await Promise.all([
      writeFile(join(place, 'package.json'), '{"type": "module"}'),
      writeFile(join(place, 'tsconfig.json'), JSON.stringify(tsconfig)),
      ...snippets.map((code, index) =>
        writeFile(join(place, `${index}.ts`), `${code}\nexport {};\n`),
      ),
    ]);
    const args = [resolve('node_modules/typescript/bin/tsc'), '-p', place];
    const checked = promisify(execFile)(process.execPath, args).catch((error) => error);
    return (await checked).stdout;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
