import { expect, test } from 'vitest';
import { Task } from '../../../server/database/entities/task.ts';
import type { TaskHandler } from '../../../server/queue/run-claim.ts';
import { cancelTask } from '../../../server/queue/tasks.ts';
import { listenForTasks } from '../../../server/queue/wake-ups.ts';
import { onEachDatabase } from '../../support/databases.ts';
import { startQueue } from './queue.ts';

const done = { again: null };

/** Timers by their length, ended by the test. */
function timers() {
  const pending = new Map<number, Set<() => void>>();
  return {
    after(milliseconds: number, run: () => void) {
      const same = pending.get(milliseconds) ?? new Set();
      pending.set(milliseconds, same.add(run));
      return () => same.delete(run);
    },
    expire(milliseconds: number) {
      const same = pending.get(milliseconds) ?? new Set();
      for (const run of [...same]) {
        same.delete(run);
        run();
      }
    },
  };
}

/** Resolves with the reason when a signal is aborted. */
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

onEachDatabase((place) => {
  test('two workers share the tasks, each done once, a lane’s in order', async () => {
    await using queue = await startQueue(place);
    const log: string[] = [];
    const under = new Set<string>();
    const handlers = {
      work: async ({ id }: { id: string }) => {
        const lane = id.slice(0, 1);
        expect(under.has(lane)).toBe(false);
        under.add(lane);
        await new Promise(setImmediate);
        under.delete(lane);
        log.push(id);
        return done;
      },
    };
    const tasks = ['a1', 'b1', 'a2', 'b2', 'c1', 'a3', 'b3', 'c2', 'a4'];
    await queue.add(...tasks.map((id) => ({ id, lane: id.slice(0, 1) })));
    await using one = queue.worker({ handlers });
    await using two = queue.worker({ handlers });
    while ((await queue.database.read().count(Task)) > 0) {
      one.wake();
      two.wake();
      await Promise.all([one.idle(), two.idle()]);
    }
    expect([...log].sort()).toEqual([...tasks].sort());
    for (const lane of ['a', 'b', 'c']) {
      const own = log.filter((id) => id.startsWith(lane));
      expect(own).toEqual([...own].sort());
    }
    expect([...one.errors, ...two.errors]).toEqual([]);
  });

  test('a worker repeats what failed, after a pause, and says so', async () => {
    await using queue = await startQueue(place);
    const attempts: number[] = [];
    const work: TaskHandler = async (claim) => {
      attempts.push(claim.attempts);
      if (claim.attempts < 3) throw new Error('broken');
      return done;
    };
    await queue.add({ id: 'a' });
    await using worker = queue.worker({ handlers: { work } });
    for (let round = 0; round < 3; round++) {
      worker.wake();
      await worker.idle();
      queue.clock.advance(10_000);
    }
    expect(attempts).toEqual([1, 2, 3]);
    expect(worker.errors).toHaveLength(2);
    expect(await queue.database.read().count(Task)).toBe(0);
  });

  test('an outcome is recorded if and only if the task is still the worker’s', async () => {
    await using queue = await startQueue(place);
    const work: TaskHandler = async ({ id }) => {
      await queue.database.transaction((em) => cancelTask(em, id));
      return {
        again: null,
        async record(em) {
          await em.insert(Task, { id: 'trace', type: 'never', runAt: new Date(0) });
        },
      };
    };
    await queue.add({ id: 'a' });
    await using worker = queue.worker({ handlers: { work } });
    worker.wake();
    await worker.idle();
    expect(await queue.database.read().count(Task)).toBe(0);
    expect(worker.errors).toEqual([]);
  });

  test('signs of life keep a claim; without the row they abort the handler', async () => {
    await using queue = await startQueue(place);
    const { after, expire } = timers();
    const started = Promise.withResolvers<AbortSignal>();
    const work: TaskHandler = async (_claim, signal) => {
      started.resolve(signal);
      await aborted(signal);
      throw new Error('aborted');
    };
    await queue.add({ id: 'a' });
    await using worker = queue.worker({ handlers: { work }, timer: after, lease: 60_000 });
    const signal = await started.promise;
    const lease = async () => (await queue.database.read().findOneOrFail(Task, 'a')).leasedUntil;
    const before = (await lease())?.getTime();
    queue.clock.advance(20_000);
    expire(20_000);
    await expect.poll(async () => (await lease())?.getTime()).toBe((before ?? 0) + 20_000);
    expect(signal.aborted).toBe(false);
    await queue.database.transaction((em) => cancelTask(em, 'a'));
    expire(20_000);
    await aborted(signal);
    await worker.idle();
    expect(worker.errors).toEqual([]);
  });

  test('a worker that stops lets tasks end, and gives back what does not', async () => {
    await using queue = await startQueue(place);
    const { after, expire } = timers();
    const started: string[] = [];
    const quick = Promise.withResolvers<void>();
    const work: TaskHandler = async ({ id }, signal) => {
      started.push(id);
      await (id === 'quick' ? quick.promise : aborted(signal));
      signal.throwIfAborted();
      return done;
    };
    await queue.add({ id: 'quick' }, { id: 'stuck' });
    const worker = queue.worker({ handlers: { work }, timer: after, stopTimeoutMs: 777 });
    await expect.poll(() => started.length).toBe(2);
    const stopped = worker[Symbol.asyncDispose]();
    quick.resolve();
    await expect.poll(() => queue.database.read().count(Task)).toBe(1);
    expire(777);
    await stopped;
    const left = await queue.database.read().findOneOrFail(Task, 'stuck');
    expect(left).toMatchObject({ lease: null, leasedUntil: null, attempts: 0 });
    await queue.add({ id: 'late' });
    worker.wake();
    await worker.idle();
    expect(started).toEqual(['quick', 'stuck']);
    expect(worker.errors).toEqual([]);
  });

  test('a worker sleeps until the next task falls due, and no longer', async () => {
    await using queue = await startQueue(place);
    const did: string[] = [];
    const { after, expire } = timers();
    const work: TaskHandler = async ({ id, attempts }) => {
      did.push(`${id} ${attempts}`);
      return attempts === 1 ? { again: new Date(queue.clock.now() + 1_234) } : done;
    };
    const runAt = new Date(queue.clock.now() + 4_321);
    await queue.add({ id: 'retry' }, { id: 'later', runAt }, { id: 'other', type: 'scan' });
    await using worker = queue.worker({ handlers: { work }, timer: after, pollIntervalMs: 5_000 });
    await worker.idle();
    expect(did).toEqual(['retry 1']);
    queue.clock.advance(1_234);
    expire(1_234);
    await worker.idle();
    expect(did).toEqual(['retry 1', 'retry 2']);
    queue.clock.advance(4_321 - 1_234);
    expire(4_321 - 1_234);
    await worker.idle();
    expect(did).toEqual(['retry 1', 'retry 2', 'later 1']);
  });

  test('a new task wakes a worker on PostgreSQL; elsewhere it looks', async () => {
    await using queue = await startQueue(place);
    const did = Promise.withResolvers<void>();
    const { after, expire } = timers();
    const work: TaskHandler = async () => {
      did.resolve();
      return done;
    };
    await using worker = queue.worker({ handlers: { work }, timer: after, pollIntervalMs: 500 });
    await worker.idle();
    if (queue.database.kind === 'postgresql') {
      const listening = Promise.withResolvers<void>();
      await using _listener = listenForTasks(queue.url, () => {
        listening.resolve();
        worker.wake();
      });
      await listening.promise;
      await worker.idle();
      await queue.add({ id: 'a' });
      await did.promise;
    } else {
      await queue.add({ id: 'a' });
      expire(500);
      await did.promise;
    }
    await worker.idle();
  });
});
