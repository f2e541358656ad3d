import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { run as runCli } from '../../server/cli/run.ts';
import { codeBlocks } from '../support/examples.ts';
import { processEnvironment } from '../support/process-environment.ts';
import { serverProcess } from '../support/server-process.ts';

const run = promisify(execFile);
const documents = ['{,.github/}*.md', '{core,server,console,test}/**/*.md']
  .flatMap((pattern) => globSync(pattern, { exclude: ['**/node_modules', '**/dist'] }))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const readme = readFileSync('README.md', 'utf8');

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test('every link of a document leads to a file and a heading that is there', () => {
  const dead: string[] = [];
  for (const { path, text } of documents) {
    const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
    for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const place = file === '' ? path : join(dirname(path), file);
      if (!existsSync(place)) dead.push(`${path}: ${target}`);
      if (anchor === undefined || !existsSync(place)) continue;
      const headings = [...readFileSync(place, 'utf8').matchAll(/^#+ (.*)$/gm)];
      if (!headings.some(([, heading = '']) => anchorOf(heading) === anchor)) {
        dead.push(`${path}: ${target}`);
      }
    }
  }
  expect(dead).toEqual([]);
});

test('every command of a document is one', async () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  const lines = documents.flatMap(({ text }) =>
    codeBlocks(text, 'sh').flatMap((code) => code.split(/\n|&&/)),
  );
  const named = lines.flatMap(
    (line) => /\bnpm (?:run )?(?:--silent )?([\w:]+)/.exec(line)?.[1] ?? [],
  );
  expect(named.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
  const verbs = lines.flatMap((line) => /\bcli -- ([a-z]\S*(?: [a-z]+)?)/.exec(line)?.[1] ?? []);
  expect(verbs.length).toBeGreaterThan(5);
  for (const verb of new Set(verbs)) {
    const shown = await runCli([...verb.split(' '), '--help'], {});
    const [first = ''] = shown.code === 0 ? shown.output.split('\n').slice(1) : [];
    expect([verb, first.trim().startsWith(verb)]).toEqual([verb, true]);
  }
});

test('the README’s first key is made by its own commands, and they end with a report', async () => {
  await using server = await serverProcess();
  const [, port = ''] = /:(\d+)$/.exec(server.url) ?? [];
  const env = { ...processEnvironment, HOME: server.folder, PORT: port };
  const here = (code: string) => code.replaceAll('http://127.0.0.1:8787', server.url);
  const [, make = '', use = ''] = codeBlocks(readme, 'sh');
  expect([make, use]).toEqual([
    expect.stringContaining('SESSION='),
    expect.stringContaining('rrk_'),
  ]);
  const made = JSON.parse((await run('bash', ['-ec', here(make)], { env })).stdout);
  const ready = here(use).replace('rrk_test_…', made.raw_key);
  const { stdout } = await run('bash', ['-ec', ready], { env });
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', risk_level: 'high' });
});

test('every variable that the server reads is in the table of settings', () => {
  const table = readFileSync('server/OPERATING.md', 'utf8');
  const read = globSync('server/config/*.ts')
    .map((path) => readFileSync(path, 'utf8'))
    .flatMap((text) => [...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)])
    .map(([, name]) => name);
  expect(read.length).toBeGreaterThan(10);
  expect(read.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});
