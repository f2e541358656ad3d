import { z } from 'zod';
import { day } from '../../clock/durations.ts';
import { queueJob } from '../../queue/queue-job.ts';
import { integer } from '../../wire/fields.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

/** Queues the job that deletes the calls of every organization's keys older than `days` days. */
export const pruneCalls = defineOperation({
  name: 'usage.prune',
  summary: 'Forget calls and hourly counts that are older than so many days',
  kind: 'mutation',
  access: operatorOnly(),
  input: z.strictObject({ days: integer(1, 3650).default(90) }),
  output: z.object({ jobId: z.string() }),
  async run({ em, now, newId, audit, services }, { days }) {
    const id = newId('job');
    const before = new Date(now.getTime() - days * day).toISOString();
    const job = { id, type: 'usage_prune', orgId: null, input: { before } } as const;
    await queueJob(em, services.database.rowMacs, job, now);
    audit({ target: id, changes: { days } });
    return { jobId: id };
  },
});
