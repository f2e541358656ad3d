import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as core from '../../core/mod.ts';
import { examplesIn, inSources, typeErrors, withAssertions } from '../support/examples.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'core');
const examples = examplesIn(folder);
const run = promisify(execFile);

/** A temporary folder with the given files, removed at the end of the scope. */
async function folderOf(files: Record<string, string>) {
  const path = await mkdtemp(join(tmpdir(), 'reporisk-docs-'));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(path, name), text)));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The text of each exported name's docblock. */
async function docblocks(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const source = await readFile(join(folder, 'mod.ts'), 'utf8');
  for (const [, type, names = '', path = ''] of source.matchAll(
    /export (type )?\{([^}]+)\} from '(.+)';/g,
  )) {
    const declared = await readFile(join(folder, path), 'utf8');
    for (const name of names.split(',').map((each) => each.trim())) {
      if (name === '') continue;
      const plain = name.replace('type ', '');
      const kind = type || plain !== name ? 'interface|type' : 'function|const|class';
      const declaration = new RegExp(
        `(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?export (?:async )?(?:${kind}) ${plain}\\b`,
      );
      found.set(name, declaration.exec(declared)?.[1] ?? '');
    }
  }
  return found;
}

test('every public name has a docblock, and every function, class and value an example', async () => {
  const blocks = await docblocks();
  const values = Object.keys(core);
  expect(values.filter((name) => !blocks.has(name))).toEqual([]);
  expect([...blocks].filter(([, block]) => block === '').map(([name]) => name)).toEqual([]);
  expect(values.filter((name) => !blocks.get(name)?.includes('@example'))).toEqual([]);
});

test('every public function says what it takes and what comes back', async () => {
  const blocks = await docblocks();
  const silent = Object.entries(core).filter(([name, value]) => {
    if (typeof value !== 'function' || /^class\b/.test(String(value))) return false;
    const block = blocks.get(name) ?? '';
    return !block.includes('@returns') || !block.includes('@param');
  });
  expect(silent.map(([name]) => name)).toEqual([]);
});

test('every example does what it claims', async () => {
  const files = Object.fromEntries(
    examples.map(({ code }, index) => [`${index}.ts`, inSources(withAssertions(code))]),
  );
  await using temporary = await folderOf({
    ...files,
    'run.ts': `
      const failed = [];
      for (let i = 0; i < ${examples.length}; i++) {
        await import('./' + i + '.ts').catch((error) => failed.push([i, error.message]));
      }
      console.log(JSON.stringify(failed));
    `,
  });
  const { stdout } = await run(process.execPath, [join(temporary.path, 'run.ts')]);
  const failed: [number, string][] = JSON.parse(stdout);
  expect(failed.map(([index, message]) => [examples[index]?.where, message])).toEqual([]);
  expect(examples.length).toBeGreaterThan(25);
});

test('every example has the right types', async () => {
  expect(
    await typeErrors(
      'core',
      examples.map(({ code }) => inSources(code)),
    ),
  ).toBe('');
});
