import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import type { Database } from '../../../server/database/database.ts';
import { claimTask } from '../../../server/queue/claim-task.ts';
import { enqueue, type NewTask } from '../../../server/queue/tasks.ts';
import { startWorker, type WorkerOptions } from '../../../server/queue/worker.ts';
import type { Place } from '../../support/databases.ts';
import { testClock } from '../../support/server.ts';

/** A database with a queue, under a clock that only the test moves. */
export async function startQueue(place: () => Promise<Place>) {
  await using resources = new AsyncDisposableStack();
  const { url } = resources.use(await place());
  const database = resources.use(await openAuditedDatabase(url));
  const clock = testClock();
  let claims = 0;
  const running = resources.move();
  return {
    url,
    database,
    clock,
    /** Enqueues tasks of the type `work` that are due now. */
    async add(...tasks: (Partial<NewTask> & { readonly id: string })[]) {
      const runAt = new Date(clock.now());
      for (const task of tasks) {
        await database.transaction((em) => enqueue(em, [{ type: 'work', runAt, ...task }]));
      }
    },
    claim(
      options: {
        readonly perPool?: number;
        readonly perOrganization?: number;
        readonly from?: Database;
      } = {},
    ) {
      claims++;
      return claimTask(options.from ?? database, {
        types: ['work'],
        now: new Date(clock.now()),
        leasedUntil: new Date(clock.now() + 60_000),
        lease: `lease-${claims}`,
        perPool: options.perPool ?? 100,
        perOrganization: options.perOrganization ?? 100,
      });
    },
    /** Starts a worker that polls when it is woken; its log is in `errors`. */
    worker(options: Partial<WorkerOptions> & Pick<WorkerOptions, 'handlers'>) {
      const errors: unknown[] = [];
      const log = (error: unknown) => void errors.push(error);
      const logger = { error: log, warn: log };
      const worker = startWorker({
        database,
        logger,
        now: clock.now,
        timer: () => () => {},
        ...options,
      });
      return Object.assign(worker, { errors });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
