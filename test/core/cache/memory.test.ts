import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../bench/cache-memory.ts', import.meta.url));
const maxBytes = 4 * 2 ** 20;

// Twice as many keys as fit: data that outlives an eviction shows as well.
test.each([
  ['ordinary', 20_000],
  ['one IPv6 block', 8000],
  ['100 IPv4 blocks', 1200],
  ['100 IPv6 blocks', 800],
  ['long labels', 4000],
  ['many scopes', 2000],
  ['parts of its own', 4000],
  ['texts cut out of larger ones', 20_000],
])(
  'CoherentCache counts what its keys take: %s',
  async (shape, keys) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--expose-gc', program, `${keys}`, shape, `${maxBytes}`],
    ]);
    const figure = (name: string) => Number(new RegExp(`${name}\\s+([\\d.]+)`).exec(stdout)?.[1]);
    expect(figure('MiB counted')).toBeLessThanOrEqual(4);
    expect(figure('keys cached')).toBeLessThan(keys);
    // Half a mebibyte is the program's own code.
    expect(figure('MiB used')).toBeLessThanOrEqual(4.5);
  },
  30_000,
);
