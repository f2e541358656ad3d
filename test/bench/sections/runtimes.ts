import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { launchChromium } from '../../support/chromium.ts';
import { bunPath, denoPath, nodes, quiet, workerdPath } from '../../support/runtimes.ts';
import { startWorker } from '../../support/worker.ts';
import { type Comparison, median } from '../compare.ts';
import { atMost, duration, type Metric, reference, type Section } from '../figure.ts';

const run = promisify(execFile);

/** Core on each runtime of this machine, with its own hashing, and its size in a page. */
export const runtimes: Section = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-runtimes-'));
  try {
    const code = await bundled(resolve('test/bench/runtime-program.ts'));
    const program = join(folder, 'program.mjs');
    await writeFile(program, code);
    const rows: Metric[] = [];
    for (const [, path] of [...(await nodes())].sort(([one], [other]) => one - other)) {
      const version = (await run(path, ['-p', 'process.versions.node'])).stdout.trim();
      rows.push(speed(`Node ${version}`, (await run(path, [program])).stdout));
    }
    const deno = denoPath();
    if (deno !== null) {
      const version = (await run(deno, ['eval', 'console.log(Deno.version.deno)'])).stdout.trim();
      rows.push(speed(`Deno ${version}`, (await run(deno, ['run', program])).stdout));
    }
    const bun = bunPath();
    if (bun !== null) {
      const env = { ...process.env, ...quiet };
      const version = (await run(bun, ['--version'], { env })).stdout.trim();
      rows.push(speed(`Bun ${version}`, (await run(bun, [program], { env })).stdout));
    }
    const workerd = workerdPath();
    if (workerd !== null) rows.push(await inWorkerd(workerd));
    rows.push(await inChromium(code));
    return [...rows, ...(await sizes(folder))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Calls of one request, so many that the request itself counts for little, and the pairs of requests. */
const calls = 20_000;
const pairs = 41;

async function inWorkerd(workerd: string): Promise<Metric> {
  const code = await bundled(resolve('test/bench/runtime-worker.ts'));
  await using worker = await startWorker(workerd, code);
  const took = async (work: string) => {
    const start = performance.now();
    await fetch(`${worker.url}/${work}?${calls}`);
    return ((performance.now() - start) * 1e6) / calls;
  };
  const measured: { ours: number; hash: number }[] = [];
  // The first pairs warm it up.
  for (let pair = -10; pair < pairs; pair++) {
    const isFirst = pair % 2 === 0;
    const first = await took(isFirst ? 'ours' : 'hash');
    const second = await took(isFirst ? 'hash' : 'ours');
    if (pair < 0) continue;
    measured.push(isFirst ? { ours: first, hash: second } : { ours: second, hash: first });
  }
  const comparison: Comparison = {
    ratio: median(measured.map(({ ours, hash }) => ours / hash)),
    ours: median(measured.map(({ ours }) => ours)),
    reference: median(measured.map(({ hash }) => hash)),
  };
  const version = (await run(workerd, ['--version'])).stdout.trim().replace('workerd ', '');
  return speed(`workerd ${version}`, JSON.stringify(comparison));
}

async function inChromium(code: string): Promise<Metric> {
  await using browser = await launchChromium();
  const page = await browser.newPage();
  const printed = page.waitForEvent('console');
  await page.addScriptTag({ content: code, type: 'module' });
  return speed(`Chromium ${browser.version()}`, (await printed).text());
}

function speed(runtime: string, output: string): Metric {
  const { ratio, ours, reference: hash }: Comparison = JSON.parse(output);
  return reference({
    what: `warm verification ÷ one \`@noble/hashes\` sha256, both by it, ${runtime}`,
    value: ratio,
    absolute: `${duration(ours)} ÷ ${duration(hash)}`,
  });
}

/** Programs whose size is measured, with their limits in kB. */
const programs: readonly [what: string, imports: string, limit: number][] = [
  [
    'parseKey and maskKey',
    "import { parseKey, maskKey } from 'core'; use(parseKey, maskKey);",
    1.1,
  ],
  [
    'protect and a verifier',
    "import { protect, createVerifier } from 'core'; use(protect, createVerifier);",
    12,
  ],
  ['the whole of core', "export * from 'core';", 15],
];

async function sizes(folder: string): Promise<Metric[]> {
  const rows: Metric[] = [];
  for (const [what, imports, limit] of programs) {
    const path = join(folder, 'page.js');
    await writeFile(path, imports.replace("'core'", JSON.stringify(resolve('core/mod.ts'))));
    const bytes = gzipSync(await bundled(path)).length;
    const absolute = `${bytes.toLocaleString('en')} bytes`;
    rows.push(
      atMost(limit, { what: `${what} in a page, gzip`, value: bytes / 1e3, absolute, unit: ' kB' }),
    );
  }
  return rows;
}

/** A program and core as one file. Nothing of core runs at import, as its package says. */
async function bundled(path: string): Promise<string> {
  const bundle = await rolldown({
    input: path,
    platform: 'browser',
    treeshake: { moduleSideEffects: (id) => id === path },
  });
  const { output } = await bundle.generate({ minify: true });
  return output[0].code;
}
