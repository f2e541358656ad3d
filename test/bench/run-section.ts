/**
 * Prints the rows of one section, named on the command line.
 *
 * @module
 */
import type { Metric } from './figure.ts';
import { sections } from './sections.ts';

const name = process.argv[2] ?? '';
try {
  for (const figure of (await sections[name]?.()) ?? []) console.log(lineOf(figure));
} catch (error) {
  console.error(`${name} failed:`, error);
  process.exitCode = 1;
}

function lineOf({ what, value, absolute, target, met }: Metric): string {
  const verdict = met === null ? '' : met ? 'yes' : '**no**';
  return `| ${what} | ${value} | ${absolute} | ${target} | ${verdict} |`;
}
