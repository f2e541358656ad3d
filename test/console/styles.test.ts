import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..', 'console');
const read = (pattern: string) =>
  globSync(pattern, { cwd: root, exclude: ['**/dist'] })
    .sort()
    .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);

/** The selectors of a style sheet, one by one. */
function selectors(css: string): string[] {
  const rules = css.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/([^{}]+)\{/g);
  return [...rules].flatMap(([, list = '']) => list.split(/,(?![^(]*\))/).map((one) => one.trim()));
}

const sheets = read('**/*.css').map(([path, css]) => [path, selectors(css)] as const);
const classesOf = (selector: string) =>
  [...selector.matchAll(/\.([a-z][\w-]*)/gi)].map(([, c]) => c);

test('a class is defined in one style sheet; elsewhere it is named only within its surroundings', () => {
  const alone = /^[a-z]*\.([\w-]+)(?:\[[^\]]*\]|:[\w-]+(?:\([^)]*\))?)*$/;
  const definitions = new Map<string, Set<string>>();
  for (const [path, list] of sheets) {
    for (const selector of list) {
      const [, name] = alone.exec(selector) ?? [];
      if (name) definitions.set(name, (definitions.get(name) ?? new Set()).add(path));
    }
  }
  expect(definitions.size).toBeGreaterThan(100);
  const several = [...definitions].filter(([, paths]) => paths.size > 1);
  expect(several.map(([name, paths]) => [name, ...paths])).toEqual([]);
});

test('every class of a style sheet is used, as it is or by the beginning of its name', () => {
  const code = read('**/*.{ts,tsx}')
    .map(([, text]) => text)
    .join('\n');
  const isUsed = (name: string) =>
    new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(code) ||
    code.includes(`${name.slice(0, name.indexOf('-') + 1)}\${`);
  const names = new Set(sheets.flatMap(([, list]) => list.flatMap(classesOf)));
  expect([...names].filter((name) => name && !isUsed(name))).toEqual([]);
});
