import { day } from '../../clock/durations.ts';
import type { Rows } from '../../database/rows.ts';

/**
 * The number of calls of keys on each of seven days (UTC), with any outcome; today is the last.
 *
 * @returns the counts by a key's id, oldest first.
 */
export async function callsOfSevenDays(
  rows: Rows,
  keyIds: readonly string[],
  now: Date,
): Promise<(keyId: string) => number[]> {
  const today = Math.floor(now.getTime() / day);
  const first = today - 6;
  const days = new Map<string, number[]>();
  if (keyIds.length > 0) {
    const { dialect } = rows;
    const dayOf = `floor(${dialect.milliseconds('hour')} / ${day})`;
    const counts = await rows.all<{ key_id: string; day: number; calls: number }>(
      `select key_id, ${dayOf} as day, sum(count) as calls from key_hour
       where ${dialect.among('key_id')} and hour >= ? group by key_id, 2`,
      [JSON.stringify(keyIds), new Date(first * day)],
    );
    for (const { key_id: keyId, day: at, calls } of counts) {
      const own = days.get(keyId) ?? Array<number>(7).fill(0);
      // A clock that was ahead may have counted a call for tomorrow.
      own[Math.min(6, Number(at) - first)] = Number(calls);
      days.set(keyId, own);
    }
  }
  return (keyId) => days.get(keyId) ?? Array<number>(7).fill(0);
}
