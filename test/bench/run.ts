/**
 * Prints the benchmarks as a table of ratios: `npm run bench`, or `npm run bench -- NAME…` for some
 * sections only. Fails on errors, never on a missed target.
 *
 * @module
 */
import { cpus } from 'node:os';
import type { Figure, Section } from './figure.ts';
import { cold } from './sections/cold.ts';
import { consolePage } from './sections/console.ts';
import { http } from './sections/http.ts';
import { lighthouse } from './sections/lighthouse.ts';
import { memory } from './sections/memory.ts';
import { peers } from './sections/peers.ts';
import { revocation } from './sections/revocation.ts';
import { scale } from './sections/scale.ts';
import { usage } from './sections/usage.ts';
import { warm } from './sections/warm.ts';

const sections: Readonly<Record<string, Section>> = {
  warm,
  cold,
  peers,
  http,
  scale,
  memory,
  revocation,
  usage,
  console: consolePage,
  lighthouse,
};

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
for (const [name, section] of Object.entries(sections)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  try {
    for (const figure of await section()) console.log(lineOf(figure));
  } catch (error) {
    console.error(`${name} failed:`, error);
    process.exitCode = 1;
  }
}

function lineOf({ what, value, absolute, target, met }: Figure): string {
  const verdict = met === null ? '' : met ? 'yes' : '**no**';
  return `| ${what} | ${value} | ${absolute} | ${target} | ${verdict} |`;
}
