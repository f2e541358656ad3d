import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutants } from './mutants.ts';
import { type Rules, rules } from './rules.ts';
import { type Run, simulate } from './simulate.ts';

/** Runs seeds a batch at a time, until one of them shows a violation. */
async function run(seeds: number, under: Rules, calm = false): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let first = 0; first < seeds; first += 20) {
    const batch = Array.from({ length: 20 }, (_, i) => simulate(first + i, under, calm));
    runs.push(...(await Promise.all(batch)));
    if (runs.some(({ violations }) => violations.length > 0)) break;
  }
  return runs;
}

function violationsOf(runs: readonly Run[]): string[] {
  return runs.flatMap(({ violations }, seed) => violations.map((text) => `seed ${seed}: ${text}`));
}

function sum(runs: readonly Run[], of: 'requests' | 'hits' | 'refused'): number {
  return runs.reduce((total, run) => total + run[of], 0);
}

test('leases: a request that begins after an answer is judged by the new state, whatever fails', {
  timeout: 600_000,
}, async () => {
  const runs = await run(Number(process.env.SIMULATION_SEEDS ?? 100), rules);
  expect(violationsOf(runs)).toEqual([]);
  // It is no empty promise: the cache served, and where it could not, the database was asked.
  expect(sum(runs, 'hits') / sum(runs, 'requests')).toBeGreaterThan(0.25);
});

test('leases: when nothing fails, operations wait for announcements only and the cache serves', {
  timeout: 60_000,
}, async () => {
  const runs = await run(100, rules, true);
  expect(violationsOf(runs)).toEqual([]);
  expect(sum(runs, 'refused')).toBe(0);
  expect(sum(runs, 'hits') / sum(runs, 'requests')).toBeGreaterThan(0.6);
  const slowest = Math.max(...runs.flatMap(({ waits }) => waits));
  expect(slowest).toBeLessThan(rules.timing.length / 4);
});

test('leases: the same seed is the same run', async () => {
  const [once, again] = [await simulate(7, rules), await simulate(7, rules)];
  expect([again.requests, again.hits, again.waits]).toEqual([once.requests, once.hits, once.waits]);
});

test('leases: each invariant of the README has a mutant', () => {
  const text = readFileSync('server/database/leases/README.md', 'utf8');
  const numbered = [...text.matchAll(/^- \*\*([A-Z]\d)\*\*/gm)].map(([, id]) => id);
  const broken = new Set(Object.keys(mutants).map((rule) => rule.split(' ', 1)[0]));
  expect(numbered.length).toBeGreaterThan(0);
  expect(new Set(numbered)).toEqual(broken);
});

for (const [rule, without] of Object.entries(mutants)) {
  test(`leases: the simulation finds the fault without ${rule}`, {
    timeout: 60_000,
  }, async () => {
    const runs = await run(600, await without());
    expect(violationsOf(runs)).not.toEqual([]);
  });
}
