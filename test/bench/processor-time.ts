import { readFileSync } from 'node:fs';

/** Microseconds of a clock tick of Linux, in which `/proc` counts. */
const tick = 10_000;

/**
 * The processor time that a process has used, its threads and the system's work for it included, in
 * microseconds; null where there is no `/proc`.
 */
export function processorTime(pid: number): number | null {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return user === undefined || system === undefined ? null : (user + system) * tick;
  } catch {
    return null;
  }
}
