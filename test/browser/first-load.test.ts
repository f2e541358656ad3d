import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { firstLoadBudget } from '../../vite.config.ts';
import { consoleFolder } from '../support/built-console.ts';

test('what a browser loads before the console shows is at most 45 kB of script, 12 kB of style, 40 kB of font', async () => {
  const page = await readFile(join(consoleFolder, 'index.html'), 'utf8');
  const sizeOf = async (kind: string) => {
    const files = page.matchAll(new RegExp(`(?:src|href)="(/[^"]+\\.${kind})"`, 'g'));
    const texts = await Promise.all([...files].map(([, file = '']) => read(file)));
    expect(texts.length).toBeGreaterThan(0);
    // A font is compressed already.
    const sizes = texts.map((text) => (kind === 'woff2' ? text : gzipSync(text)).length);
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const read = (file: string) => readFile(join(consoleFolder, file));
  expect(await sizeOf('js')).toBeLessThanOrEqual(45_000);
  expect(await sizeOf('css')).toBeLessThanOrEqual(12_000);
  expect(await sizeOf('woff2')).toBeLessThanOrEqual(40_000);
});

// Hashes do not compress: two thirds of this remain.
const noise = Array.from({ length: 100 }, (_, n) => Math.sin(n).toString(36).slice(3)).join('');

/** Builds a page of a script with an import, a style sheet, and a script that is loaded later. */
async function buildPage(budget: { js: number; css: number }) {
  await using resources = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), 'reporisk-page-'));
  resources.defer(() => rm(root, { recursive: true, force: true }));
  const files = {
    'index.html': '<script type="module" src="./main.js"></script>',
    'main.js': `import './style.css'; import { part } from './part.js'; document.title = part;
      addEventListener('click', async () => (await import('./later.js')).say());`,
    'part.js': `export const part = '${noise}';`,
    'later.js': `export const say = () => alert('${noise}${noise}');`,
    'style.css': `body::before { content: '${noise}' }`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  await build({
    root,
    plugins: [firstLoadBudget(budget)],
    build: {
      rolldownOptions: {
        output: { codeSplitting: { groups: [{ name: 'part', test: /part\.js/ }] } },
      },
    },
    configFile: false,
    logLevel: 'silent',
  });
}

test('firstLoadBudget() does not count what is loaded later', async () => {
  await buildPage({ js: noise.length + 1500, css: noise.length + 200 });
});

test.each([
  ['js', { js: 600, css: 1_000_000 }, 'part-'],
  ['css', { js: 1_000_000, css: 600 }, 'index-'],
])(
  'firstLoadBudget() fails a build whose %s is over it, and names the files',
  async (kind, budget, file) => {
    await expect(buildPage(budget)).rejects.toThrow(
      new RegExp(`the first load takes [\\d.]+ kB of ${kind} after gzip, and may take .*${file}`),
    );
  },
);
