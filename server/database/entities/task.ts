import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** What is still to be done in the background; gone once it is done. See `queue/README.md`. */
export const Task = defineEntity({
  name: 'Task',
  tableName: 'task',
  indexes: [
    { properties: ['runAt'] },
    { properties: ['lane', 'position'] },
    { properties: ['pool'] },
  ],
  properties: {
    /** The id of the record that it works on: `whd_…`, `job_…`. */
    id: p.string().primary(),
    /** Which handler does it. */
    type: p.string(),
    /** Tasks of a lane are done one after the other; null for one that waits for no other. */
    lane: p.text().nullable(),
    position: p.integer().default(0),
    /** Only a few tasks of a pool are done at once, so that none keeps the others waiting. */
    pool: p.string().nullable(),
    /** How often it was begun. */
    attempts: p.integer().default(0),
    /** Not before this time. */
    runAt: p.datetime(3),
    /** Names the worker's claim; a claim that ran out is another one's. */
    lease: p.string().nullable(),
    leasedUntil: p.datetime(3).nullable(),
  },
});

export type Task = InferEntity<typeof Task>;
