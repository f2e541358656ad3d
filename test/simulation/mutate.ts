import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const root = new URL('../../', import.meta.url);

/**
 * Imports a module of the product with passages replaced: the product itself then carries no
 * switches for its tests.
 *
 * @param path - the module, from the project's root.
 * @param replacements - in turn a passage, which must occur exactly once, and its replacement.
 * @returns the altered module's exports.
 */
export async function mutate(path: string, ...replacements: readonly string[]): Promise<unknown> {
  const url = new URL(path, root);
  let source = readFileSync(url, 'utf8');
  for (let n = 0; n < replacements.length; n += 2) {
    const [from = '', to = ''] = replacements.slice(n, n + 2);
    if (source.split(from).length !== 2) throw new Error(`${path} has not exactly one: ${from}`);
    source = source.replace(from, () => to);
  }
  const altered = stripTypeScriptTypes(source)
    // Its own imports are unaltered, and resolved from the original's place.
    .replaceAll(/from '(\.[^']*)'/g, (_, name: string) => `from '${new URL(name, url).href}'`);
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(altered)}`);
}
