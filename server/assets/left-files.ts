import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { day, minute } from '../clock/durations.ts';

/** Longest time that an upload takes, in milliseconds: the listener ends a request after half of it. */
const maxUploadMs = 10 * minute;

/** Longest time that a scan takes, in milliseconds. */
const maxScanMs = day;

/** The name of a file that is being received: it holds the id of the receiving process. */
export function incomingName(): string {
  return `incoming-${host()}-${process.pid}-${randomUUID()}`;
}

/** The name of a scan's folder: it holds the id of the scanning process. */
export function scanFolderName(): string {
  return `scan-${host()}-${process.pid}-${randomUUID()}`;
}

/**
 * Removes files of uploads, and folders of scans, that were cut off with their process; and files
 * that earlier versions kept, by their digest. Those of other processes that share the folder stay
 * while these live; those of another machine stay until no upload or scan can take so long.
 *
 * @param folder - the uploads'; it need not exist.
 */
export async function removeLeftFiles(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    if (await isLeft(name, path, now)) await rm(path, { recursive: true, force: true });
  }
}

async function isLeft(name: string, path: string, now: number): Promise<boolean> {
  if (/^[0-9a-f]{64}$/.test(name)) return true;
  if (!/^(incoming|scan)-/.test(name)) return false;
  const maxMs = name.startsWith('scan-') ? maxScanMs : maxUploadMs;
  return isOfEndedProcess(name) || (await isOlder(path, now - maxMs));
}

/** This process has made nothing yet: what bears its id is an earlier process's. */
function isOfEndedProcess(name: string): boolean {
  const [, machine, id] = /^(?:incoming|scan)-(\w*)-(\d+)-/.exec(name) ?? [];
  if (machine !== host() || id === undefined) return false;
  if (Number(id) === process.pid) return true;
  try {
    process.kill(Number(id), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

async function isOlder(path: string, instant: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < instant;
}

function host(): string {
  return hostname().replaceAll(/\W/g, '_');
}
