import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { systemClock } from '../clock/system-clock.ts';
import { within } from '../clock/within.ts';
import { generateDemoKey } from '../demo-mode/sessions.ts';
import { type Call, connectCalls } from '../ipc/calls.ts';
import { createMemoryWindows } from '../rate-limits/memory-windows.ts';
import type { ParentCalls, WorkerCalls } from './messages.ts';

/** Pause before a worker is replaced that ended before it was ready, in milliseconds. */
const retryMs = 1_000;

/** Time for a worker to give its metrics, in milliseconds; a stopped one is left out. */
const metricsTimeoutMs = 1_000;

/** Time for the workers to end, in milliseconds: each has its own, shorter one. */
const endMs = 14_500;

/** One of the processes, and its successors. */
interface Slot {
  readonly hasBackground: boolean;
  worker: Worker;
  call: Call<WorkerCalls>;
}

/** The running workers. */
export interface Workers {
  /** The address that all share. */
  readonly url: string;
  /** Ends them all; resolves with the exit code of this process. */
  stop(): Promise<number>;
}

/**
 * Starts this program's workers, which share one port. This process accepts no request: it holds what
 * the workers have in common, and replaces a worker that ends.
 *
 * @param count - the number of workers.
 * @returns null when the first worker could not start, and has said why.
 */
export async function startWorkers(count: number, logger: Logger): Promise<Workers | null> {
  const windows = createMemoryWindows(() => performance.now());
  const demoKey = generateDemoKey();
  const clock = systemClock(false);
  const slots: Slot[] = [];
  let isStopping = false;

  async function allMetrics() {
    const asked = slots.map(({ call }) => within(clock, metricsTimeoutMs, call('metrics', null)));
    const answered = await Promise.allSettled(asked);
    return answered.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  }

  /** Starts a worker; resolves with its address, or with null when it ended before. */
  function fork(hasBackground: boolean) {
    const worker = cluster.fork();
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const call = connectCalls<WorkerCalls, ParentCalls>(worker.process, {
      role: () => ({ hasBackground, demoKey }),
      ready({ url }) {
        resolve(url);
        return null;
      },
      take: ({ name, limit }) => windows.take(name, limit),
      giveBack({ name, taken }) {
        windows.giveBack(name, taken);
        return null;
      },
      allMetrics,
    });
    worker.once('exit', () => resolve(null));
    return { worker, call, ready: promise };
  }

  function keepRunning(slot: Slot): void {
    slot.worker.once('exit', async (code, signal) => {
      if (isStopping) return;
      logger.error(
        { code, signal, pid: slot.worker.process.pid },
        'a worker ended: it is replaced',
      );
      await replace(slot);
    });
  }

  async function replace(slot: Slot): Promise<void> {
    if (isStopping) return;
    const { worker, call, ready } = fork(slot.hasBackground);
    slot.worker = worker;
    slot.call = call;
    if ((await ready) !== null) return keepRunning(slot);
    clock.after(retryMs, () => void replace(slot));
  }

  async function start(hasBackground: boolean): Promise<string | null> {
    const { worker, call, ready } = fork(hasBackground);
    const slot = { hasBackground, worker, call };
    slots.push(slot);
    const url = await ready;
    if (url !== null) keepRunning(slot);
    return url;
  }

  async function stop(): Promise<number> {
    isStopping = true;
    const codes = slots.map(async ({ worker }) => {
      if (worker.isDead()) return 0;
      const exit = new Promise<number>((resolve) =>
        worker.once('exit', (code: number | null) => resolve(code ?? 1)),
      );
      worker.process.kill('SIGTERM');
      return within(clock, endMs, exit).catch(() => {
        worker.process.kill('SIGKILL');
        return exit;
      });
    });
    return (await Promise.all(codes)).reduce((most, code) => Math.max(most, code), 0);
  }

  // The first alone: it makes the secret's file, and migrates the database.
  const url = await start(true);
  const others = url === null ? [] : Array.from({ length: count - 1 }, () => start(false));
  const started = await Promise.all(others);
  if (url !== null && !started.includes(null)) return { url, stop };
  await stop();
  return null;
}
