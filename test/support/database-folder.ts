import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
const gibibyte = 2 ** 30;

/**
 * Makes a folder for databases. A test run's are in memory where the system offers enough: a power cut
 * has nothing to take from it, and making one takes a fifth of the time. A benchmark's are on the disk.
 */
export async function databaseFolder(prefix: string): Promise<string> {
  const parent = process.env.VITEST && (await hasRoom()) ? memory : tmpdir();
  return mkdtemp(join(parent, prefix));
}

/** A container's share of memory for files is often 64 MiB. */
async function hasRoom(): Promise<boolean> {
  const space = await statfs(memory).catch(() => null);
  return space !== null && space.bavail * space.bsize > 4 * gibibyte;
}
