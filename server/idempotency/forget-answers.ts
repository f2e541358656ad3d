import { setImmediate } from 'node:timers/promises';
import { day } from '../clock/durations.ts';
import type { Database } from '../database/database.ts';
import { IdempotentAnswer } from '../database/entities/idempotent-answer.ts';

/** Retention of a stored response, in milliseconds. */
export const answerLifeMs = day;

/** Rows per transaction. */
const stepSize = 1_000;

/**
 * Deletes expired responses, some in each transaction.
 *
 * @param now - Unix milliseconds.
 * @returns how many.
 */
export async function forgetAnswers(database: Database, now: number): Promise<number> {
  const old = { createdAt: { $lte: new Date(now - answerLifeMs) } };
  let forgotten = 0;
  for (;;) {
    await setImmediate();
    const options = { fields: ['id'], limit: stepSize, disableIdentityMap: true } as const;
    const found = await database.read().find(IdempotentAnswer, old, options);
    if (found.length === 0) return forgotten;
    const id = { $in: found.map((each) => each.id) };
    forgotten += await database.transaction((em) =>
      em.nativeDelete(IdempotentAnswer, { ...old, id }),
    );
  }
}
