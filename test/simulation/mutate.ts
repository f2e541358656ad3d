import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const root = new URL('../../', import.meta.url);

/**
 * Imports a module of the product with one passage replaced, so that the product itself carries no
 * switches for its tests.
 *
 * @param path - the module, from the project's root.
 * @param from - the passage; it must occur exactly once.
 * @param to - what stands in its place.
 * @returns the altered module's exports.
 */
export async function mutate(path: string, from: string, to: string): Promise<unknown> {
  const url = new URL(path, root);
  const source = readFileSync(url, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${path} has not exactly one: ${from}`);
  const altered = stripTypeScriptTypes(source.replace(from, () => to))
    // Its own imports are unaltered, and found from where the original stands.
    .replaceAll(/from '(\.[^']*)'/g, (_, name: string) => `from '${new URL(name, url).href}'`);
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(altered)}`);
}
