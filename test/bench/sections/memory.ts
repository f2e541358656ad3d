import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atMost, type Section } from '../figure.ts';

const program = fileURLToPath(new URL('../cache-memory.ts', import.meta.url));

/** The size of a cached key, all tables of the cache included, in a separate process. */
export const memory: Section = async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program]);
  const figure = (name: string) => Number(new RegExp(`${name}\\s+([\\d.]+)`).exec(stdout)?.[1]);
  return [
    atMost(400, {
      what: 'memory per cached key',
      value: figure('bytes per key'),
      absolute: `${figure('keys cached').toLocaleString('en')} keys; ${figure('nanoseconds per hit')} ns per hit`,
      unit: ' bytes',
    }),
  ];
};
