import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const names = ['list', 'create', 'reveal', 'revoke', 'upgrade'];
const themes = ['light', 'dark'];

test('README shows the console in five pictures, in both themes, each with words for who cannot see it', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/<img [^>]*src="([^"]+)"[^>]*>/g)];
  expect(shown.map(([, path]) => path)).toEqual(
    names.map((name) => `.github/screenshots/${name}-light.png`),
  );
  for (const [tag] of shown) expect(tag).toMatch(/ alt="[^"]{20,}"/);
  const dark = readme.matchAll(/<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">/g);
  expect([...dark].map(([, path]) => path)).toEqual(
    names.map((name) => `.github/screenshots/${name}-dark.png`),
  );
});

const folder = join(root, '.github', 'screenshots');
const pictures = readdirSync(folder);

test('each picture is there in both themes', () => {
  const both = (name: string) => themes.map((theme) => `${name}-${theme}.png`);
  const all = new Set([...names, ...pictures.map((file) => file.replace(/-\w+\.png$/, ''))]);
  expect(pictures.toSorted()).toEqual([...all].flatMap(both).toSorted());
});

test.each(pictures)('%s is a picture of a whole window, and light to load', (name) => {
  const picture = readFileSync(join(folder, name));
  expect(picture.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1280, 900]);
  expect(picture.length).toBeGreaterThan(20_000);
  expect(picture.length).toBeLessThan(150_000);
});
