/**
 * Prints the benchmarks as a table of ratios: `npm run bench`, or `npm run bench -- NAME…` for some
 * sections only. Fails on errors, never on a missed target.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { sections } from './sections.ts';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(sections, name));
if (unknown.length > 0) {
  console.error(`no section ${unknown.join(', ')}: there are ${Object.keys(sections).join(', ')}`);
  process.exit(2);
}

const processors = cpus();
console.log(
  `${processors[0]?.model ?? 'unknown processor'}, ${processors.length} cores, ` +
    `Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log('| what | ratio | measured | target | met |\n|---|---|---|---|---|');
const program = fileURLToPath(new URL('./run-section.ts', import.meta.url));
for (const name of Object.keys(sections)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  // A separate process: code optimized or memory left by one section does not affect the next.
  const [code] = await once(spawn(process.execPath, [program, name], { stdio: 'inherit' }), 'exit');
  if (code !== 0) process.exitCode = 1;
}
