import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { Task } from '../../../server/database/entities/task.ts';
import { Webhook } from '../../../server/database/entities/webhook.ts';
import { nextDue } from '../../../server/queue/claim-task.ts';
import { queueJob } from '../../../server/queue/queue-job.ts';
import {
  cancelTask,
  countTasks,
  enqueue,
  extend,
  finish,
  postpone,
} from '../../../server/queue/tasks.ts';
import { onEachDatabase } from '../../support/databases.ts';
import { insertOrganization } from '../sessions/databases.ts';
import { startQueue } from './queue.ts';

onEachDatabase((place) => {
  test('enqueue() leaves nothing behind when its transaction is rolled back', async () => {
    await using queue = await startQueue(place);
    const failing = queue.database.transaction(async (em) => {
      await enqueue(em, [{ id: 'a', type: 'work', runAt: new Date(queue.clock.now()) }]);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await queue.claim()).toBeNull();
  });

  test('claimTask() takes what is due, the oldest first, and only known types', async () => {
    await using queue = await startQueue(place);
    const at = (seconds: number) => new Date(queue.clock.now() + seconds * 1000);
    await queue.add({ id: 'later', runAt: at(10) }, { id: 'second', runAt: at(-1) });
    await queue.add({ id: 'first', runAt: at(-2) }, { id: 'other', type: 'scan', runAt: at(-9) });
    expect(await queue.claim()).toMatchObject({ id: 'first', type: 'work', attempts: 1 });
    expect(await queue.claim()).toMatchObject({ id: 'second' });
    expect(await queue.claim()).toBeNull();
    queue.clock.advance(10_000);
    expect(await queue.claim()).toMatchObject({ id: 'later' });
  });

  test('claimTask() never gives a task to two of many connections', async () => {
    await using queue = await startQueue(place);
    await using resources = new AsyncDisposableStack();
    const open = async () => resources.use(await openAuditedDatabase(queue.url));
    const databases = await Promise.all(Array.from({ length: 4 }, open));
    const ids = Array.from({ length: 40 }, (_, index) => `task-${index}`);
    await queue.add(...ids.map((id) => ({ id })));
    const taken: string[] = [];
    await Promise.all(
      databases.flatMap((from) =>
        Array.from({ length: 4 }, async () => {
          for (
            let claim = await queue.claim({ from });
            claim;
            claim = await queue.claim({ from })
          ) {
            taken.push(claim.id);
          }
        }),
      ),
    );
    expect(taken.sort()).toEqual(ids.sort());
  });

  test('claimTask() takes the tasks of a lane one after the other, as they were enqueued', async () => {
    await using queue = await startQueue(place);
    const lane = 'key';
    await queue.add({ id: 'z', lane }, { id: 'y', lane }, { id: 'x', lane }, { id: 'free' });
    const first = await queue.claim();
    const second = await queue.claim();
    const ids = [first?.id, second?.id].sort();
    expect(ids).toEqual(['free', 'z']);
    expect(await queue.claim()).toBeNull();
    const head = first?.id === 'z' ? first : second;
    if (head == null) throw new Error('unreachable');
    const later = new Date(queue.clock.now() + 5_000);
    expect(await postpone(queue.database.read(), head, later)).toBe(true);
    expect(await queue.claim()).toBeNull();
    queue.clock.advance(5_000);
    const again = await queue.claim();
    expect(again).toMatchObject({ id: 'z', attempts: 2 });
    if (again === null) throw new Error('unreachable');
    await finish(queue.database.read(), again);
    await queue.add({ id: 'w', lane });
    const rest: string[] = [];
    for (let claim = await queue.claim(); claim; claim = await queue.claim()) {
      rest.push(claim.id);
      await finish(queue.database.read(), claim);
    }
    expect(rest).toEqual(['y', 'x', 'w']);
  });

  test('claimTask() leaves a busy pool alone', async () => {
    await using queue = await startQueue(place);
    const pool = 'endpoint';
    await queue.add(
      { id: 'a', pool },
      { id: 'b', pool },
      { id: 'c', pool },
      { id: 'd', pool: 'e' },
    );
    const taken: (string | undefined)[] = [];
    for (let count = 0; count < 4; count++) taken.push((await queue.claim({ perPool: 2 }))?.id);
    expect(taken).toEqual(['a', 'b', 'd', undefined]);
  });

  test('claimTask() leaves a busy organization alone, whatever its tasks are', async () => {
    await using queue = await startQueue(place);
    const { database } = queue;
    for (const id of ['org_busy', 'org_other']) await insertOrganization(database, { id });
    const hook = (id: string, orgId: string) => {
      const at = new Date(queue.clock.now());
      return database.transaction(async (em) => {
        await em.insert(Webhook, {
          ...{ id, orgId, url: 'https://hooks.example', events: [], isActive: true, secret: '' },
          ...{ disabledReason: null, previousSecret: null, previousSecretUntil: null },
          ...{ createdAt: at, updatedAt: at },
        });
      });
    };
    for (const id of ['a', 'b', 'c']) {
      await hook(`busy-${id}`, 'org_busy');
      await queue.add({ id, pool: `busy-${id}` });
    }
    const job = { id: 'd', type: 'key_import' as const, orgId: 'org_busy' };
    await database.transaction((em) =>
      queueJob(em, database.rowMacs, job, new Date(queue.clock.now())),
    );
    await database.read().nativeUpdate(Task, { id: 'd' }, { type: 'work' });
    await hook('other', 'org_other');
    await queue.add({ id: 'e', pool: 'other' }, { id: 'f' });
    const taken = [];
    for (let count = 0; count < 6; count++) taken.push(await queue.claim({ perOrganization: 2 }));
    expect(taken.map((each) => each?.id)).toEqual(['a', 'b', 'e', 'f', undefined, undefined]);
    const [first] = taken;
    if (first) await finish(database.read(), first);
    expect((await queue.claim({ perOrganization: 2 }))?.id).toBe('c');
  });

  test('a claim that ran out is another one’s, and the first can write nothing', async () => {
    await using queue = await startQueue(place);
    await queue.add({ id: 'a' });
    const first = await queue.claim();
    if (first === null) throw new Error('unreachable');
    queue.clock.advance(59_999);
    expect(await queue.claim()).toBeNull();
    const em = queue.database.read();
    expect(await extend(em, first, new Date(queue.clock.now() + 60_000))).toBe(true);
    queue.clock.advance(59_999);
    expect(await queue.claim()).toBeNull();
    queue.clock.advance(1);
    const second = await queue.claim();
    expect(second).toMatchObject({ id: 'a', attempts: 2 });
    expect(await extend(em, first, new Date(queue.clock.now()))).toBe(false);
    expect(await postpone(em, first, new Date(queue.clock.now()))).toBe(false);
    expect(await finish(em, first)).toBe(false);
    if (second === null) throw new Error('unreachable');
    expect(await finish(em, second)).toBe(true);
    expect(await em.count(Task)).toBe(0);
  });

  test('cancelTask() takes a task away from the worker that claimed it', async () => {
    await using queue = await startQueue(place);
    await queue.add({ id: 'a' });
    const claim = await queue.claim();
    await queue.database.transaction((em) => cancelTask(em, 'a'));
    if (claim === null) throw new Error('unreachable');
    const em = queue.database.read();
    expect(await extend(em, claim, new Date(queue.clock.now() + 1))).toBe(false);
  });

  test('a number of attempts that no claim wrote stops neither the queue nor the pauses', async () => {
    await using queue = await startQueue(place);
    await queue.add({ id: 'a' }, { id: 'b' }, { id: 'c' });
    const em = queue.database.read();
    await em.execute("update task set attempts = 2147483647 where id = 'a'");
    await em.execute("update task set attempts = -2147483647 where id = 'b'");
    const taken = [await queue.claim(), await queue.claim(), await queue.claim()];
    expect(taken.map((claim) => [claim?.id, claim?.attempts])).toEqual([
      ['a', 1_000_000],
      ['b', 1_000_000],
      ['c', 1],
    ]);
  });

  test('enqueue() goes on in a lane that holds the last position', async () => {
    await using queue = await startQueue(place);
    const lane = 'key';
    await queue.add({ id: 'a', lane }, { id: 'b', lane });
    await queue.database.read().execute("update task set position = 2147483647 where id = 'b'");
    await queue.add({ id: 'c', lane }, { id: 'd', lane });
    const positions = await queue.database.read().find(Task, {}, { orderBy: { position: 'asc' } });
    expect(positions.map(({ id }) => id)).toEqual(['a', 'c', 'd', 'b']);
  });

  test('nextDue() tells no time beyond its bound, also where a row holds none', async () => {
    await using queue = await startQueue(place);
    const at = (seconds: number) => new Date(queue.clock.now() + seconds * 1000);
    const due = () => nextDue(queue.database, ['work'], at(0), at(60));
    await queue.add({ id: 'none' });
    const none = queue.database.kind === 'sqlite' ? ['zzz', 1e300] : ['infinity', '290000-01-01'];
    for (const runAt of none) {
      await queue.database.read().execute('update task set run_at = ?', [runAt]);
      expect(await due()).toBeNull();
    }
    await queue.add({ id: 'far', runAt: at(61) });
    expect(await due()).toBeNull();
    await queue.add({ id: 'near', runAt: at(59) });
    expect(await due()).toEqual(at(59));
  });

  test('countTasks() tells what waits, what is postponed and what runs', async () => {
    await using queue = await startQueue(place);
    const runAt = new Date(queue.clock.now() + 1_000);
    await queue.add({ id: 'a' }, { id: 'b' }, { id: 'c', runAt }, { id: 'd', type: 'scan' });
    await queue.claim();
    expect(await countTasks(queue.database, new Date(queue.clock.now()))).toEqual([
      { type: 'scan', waiting: 1, postponed: 0, running: 0 },
      { type: 'work', waiting: 1, postponed: 1, running: 1 },
    ]);
  });
});
