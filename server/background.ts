import { announceExpiry } from './api-keys/announce-expiry.ts';
import { announceRefused } from './api-keys/announce-refused.ts';
import { hour, minute, second } from './clock/durations.ts';
import { repeat } from './clock/repeat.ts';
import { forgetAnswers } from './idempotency/forget-answers.ts';
import { doSandboxScans, jobHandlers, scanHandlers } from './job-handlers.ts';
import type { Metric } from './observability/metrics.ts';
import type { Services } from './operations/operation.ts';
import { moveRows } from './operations/secrets/move-rows.ts';
import { forgetUnqueuedLines } from './queue/forget-content.ts';
import { sandboxTypes } from './queue/queue-job.ts';
import { countTasks, type TaskCounts } from './queue/tasks.ts';
import { listenForTasks } from './queue/wake-ups.ts';
import { startWorker } from './queue/worker.ts';
import { makePartitions } from './usage/partitions.ts';
import { forgetUsage } from './usage/prune.ts';
import { createDeliver } from './webhooks/deliver.ts';
import { deliveryTask, forgetDeliveries } from './webhooks/delivery-row.ts';

/**
 * Live scans at a time: of a process, and of an organization in all processes. One organization
 * never occupies a process.
 */
const scanLimits = { concurrency: 4, perPool: 2 };

/** Milliseconds between two looks for sandbox scans: what comes within them is one transaction. */
const sandboxPauseMs = 250;

/** The server's work besides answering requests. */
export interface Background extends AsyncDisposable {
  /** The queue's depths by handled type, as of the last count: a few seconds old. */
  counters(): readonly TaskCounts[];
}

/**
 * Starts the background work: tasks, announcements of expiry, tidying up.
 *
 * @param listenUrl - a direct PostgreSQL address that announces new tasks; null on SQLite.
 * @returns dispose of it to finish the running tasks and stop.
 */
export function startBackground(services: Services, listenUrl: string | null): Background {
  const { database, encryption, targets, now, random, logger } = services;
  let counts: readonly TaskCounts[] = [];
  const resources = new AsyncDisposableStack();
  const deliver = createDeliver({ database, encryption, targets, now, random });
  const handlers = {
    ...jobHandlers(services),
    [deliveryTask]: deliver,
  };
  const common = { database, logger, now, random };
  const worker = resources.use(startWorker({ ...common, handlers }));
  const scans = scanHandlers(services);
  const scanWorker = resources.use(startWorker({ ...common, ...scanLimits, handlers: scans }));
  const wake = () => {
    worker.wake();
    scanWorker.wake();
  };
  if (listenUrl !== null) resources.use(listenForTasks(listenUrl, wake));

  function every(
    pauseMs: number,
    name: string,
    run: (signal: AbortSignal) => Promise<unknown>,
  ): void {
    const once = async (signal: AbortSignal) => void (await run(signal));
    resources.use(repeat({ name, run: once, every: pauseMs, logger }));
  }
  every(sandboxPauseMs, 'scans of the sandbox', (signal) => doSandboxScans(services, signal));
  every(minute, 'announcing keys that expire', () => announceExpiry({ database, now, random }));
  every(minute, 'announcing dead secrets that are tried', () =>
    announceRefused({ database, now, random }),
  );
  every(hour, 'moving what is stored under the previous secret', () => moveRows(services));
  every(hour, 'making partitions of calls', () => makePartitions(database, now()));
  every(hour, 'forgetting old calls', () => forgetUsage(database, now()));
  every(hour, 'forgetting old deliveries', () => forgetDeliveries(database, now()));
  every(hour, 'forgetting lines of no import', () => forgetUnqueuedLines(database, now()));
  every(hour, 'forgetting old answers', () => forgetAnswers(database, now()));
  every(10 * second, 'counting tasks', async () => {
    const all = await countTasks(database, new Date(now()));
    const handled = new Set([...Object.keys(handlers), ...Object.keys(scans), ...sandboxTypes]);
    counts = all.filter(({ type }) => handled.has(type));
  });
  return {
    counters: () => counts,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The queue's depths as metrics. */
export function taskFigures(background: Background): Metric[] {
  const states = [
    ['waiting', 'Tasks that are due'],
    ['postponed', 'Tasks that are due later: failed ones before the next attempt, sandbox scans'],
    ['running', 'Tasks under way'],
  ] as const;
  return states.map(([state, help]) => ({
    name: `tasks_${state}`,
    help,
    kind: 'gauge' as const,
    read: () => background.counters().reduce((sum, counts) => sum + counts[state], 0),
  }));
}
