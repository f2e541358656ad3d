import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { minute } from '../clock/durations.ts';

/** Longest time that an upload takes, in milliseconds: the listener ends a request after half of it. */
const maxUploadMs = 10 * minute;

/** The name of a file that is being received: it holds the id of the receiving process. */
export function incomingName(): string {
  return `incoming-${host()}-${process.pid}-${randomUUID()}`;
}

/**
 * Removes the files of uploads that were cut off with their process. Files of other processes that
 * share the folder stay while these live; those of another machine stay until no upload can take so
 * long.
 *
 * @param folder - the uploads'; it need not exist.
 */
export async function removeLeftUploads(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith('incoming-'))) {
    const path = join(folder, name);
    if (isOfEndedProcess(name) || (await isOld(path, now))) await rm(path, { force: true });
  }
}

/** This process has received nothing yet: a file under its id is an earlier process's. */
function isOfEndedProcess(name: string): boolean {
  const [, machine, id] = /^incoming-(\w*)-(\d+)-/.exec(name) ?? [];
  if (machine !== host() || id === undefined) return false;
  if (Number(id) === process.pid) return true;
  try {
    process.kill(Number(id), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

async function isOld(path: string, now: number): Promise<boolean> {
  const { mtimeMs = now } = (await stat(path).catch(() => undefined)) ?? {};
  return now - mtimeMs > maxUploadMs;
}

function host(): string {
  return hostname().replaceAll(/\W/g, '_');
}
