import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
