import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** Pending background work; the row is deleted when the work is done. See `queue/README.md`. */
export const Task = defineEntity({
  name: 'Task',
  tableName: 'task',
  indexes: [
    { properties: ['runAt'] },
    { properties: ['lane', 'position'] },
    { properties: ['pool'] },
  ],
  properties: {
    /** The id of the record that the task works on: `whd_…`, `job_…`. */
    id: p.string().primary(),
    /** Selects the handler. */
    type: p.string(),
    /** Tasks of one lane run one after the other; null for a task without an order. */
    lane: p.text().nullable(),
    position: p.integer().default(0),
    /** Only a few tasks of one pool run at the same time: no pool can block the others. */
    pool: p.string().nullable(),
    /** Number of started attempts. */
    attempts: p.integer().default(0),
    /** The earliest time of the next attempt. */
    runAt: p.datetime(3),
    /** Identifies the worker's claim; after expiry another worker may claim the task. */
    lease: p.string().nullable(),
    leasedUntil: p.datetime(3).nullable(),
  },
});

export type Task = InferEntity<typeof Task>;
