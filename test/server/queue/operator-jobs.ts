import { createHash } from 'node:crypto';
import { Job } from '../../../server/database/entities/job.ts';
import { execute } from '../../../server/operations/execute.ts';
import { cancelJob } from '../../../server/operations/jobs/cancel.ts';
import { listJobs } from '../../../server/operations/jobs/list.ts';
import type { Operation } from '../../../server/operations/operation.ts';
import type { JobContext } from '../../../server/queue/job-handler.ts';
import { jobHandler } from '../../../server/queue/job-handler.ts';
import { startWorker } from '../../../server/queue/worker.ts';
import {
  type DatabaseKind,
  type ServerOptions,
  startServerOn,
  testClock,
} from '../../support/server.ts';

type Run = Parameters<typeof jobHandler>[1];

/** A server whose operator queues jobs, and workers that are started by the test. */
export async function startOperatorJobs(
  kind: DatabaseKind,
  options: Pick<ServerOptions, 'leaks' | 'dialects'> = {},
) {
  await using resources = new AsyncDisposableStack();
  const clock = testClock();
  const server = resources.use(await startServerOn(kind, { ...options, now: clock.now }));
  const { services } = server;
  const { database, logger } = services;
  await database.read().execute('delete from task');
  const caller = { kind: 'operator', organizationId: null } as const;
  const origin = { requestId: null, ipAddress: null };
  const running = resources.move();
  /** As the command line does. */
  function ask(operation: Operation, input: object) {
    return execute(operation, services, { caller, origin }, () => input);
  }
  return {
    clock,
    server,
    services,
    database,
    ask,
    cancel: (id: string) => ask(cancelJob, { id }),
    list: () => ask(listJobs, {}),
    job: (id: string) => database.read().findOneOrFail(Job, { id }),
    worker(type: string, run: Run) {
      const handlers = { [type]: jobHandler({ database, now: clock.now }, run) };
      return startWorker({ database, handlers, logger, now: clock.now, timer: () => () => {} });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A job's work, held up before a step until the test releases it. */
export function heldBefore(step: number, run: Run) {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const held: Run = (job, context) => {
    let steps = 0;
    const withHold: JobContext['step'] = async (work) => {
      if (++steps === step) {
        reached.resolve();
        await goOn.promise;
      }
      return context.step(work);
    };
    return run(job, { ...context, step: withHold });
  };
  return { held, reached: reached.promise, goOn: goOn.resolve };
}

/** Lines of an import, all of the demo's parent organization. */
export function importLines(count: number, org: string) {
  return Array.from({ length: count }, (_, index) => ({
    hashSha256: createHash('sha256').update(`${index}`).digest('hex'),
    label: `Key ${index}`,
    org,
  }));
}
