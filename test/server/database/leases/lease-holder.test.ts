import { expect, test } from 'vitest';
import { LeaseHolder } from '../../../../server/database/leases/lease-holder.ts';
import type {
  AuditHead,
  History,
  HolderPort,
  Invalidations,
  Report,
} from '../../../../server/database/leases/ports.ts';
import { ManualClock } from './manual-clock.ts';

/** The database's answer to a report: the newest epoch, and the touched subjects. */
interface Touched {
  readonly epoch: number;
  readonly subjects: readonly string[];
}

const head: AuditHead = { seq: 0, mac: '' };

/** A database with answers from the test, which records the requests. */
class ScriptedPort implements HolderPort {
  readonly calls: string[] = [];
  /** The marks of each report: those that the row may hold, and the one to write. */
  readonly marks: string[] = [];
  epoch = 5;
  restorations: History['restorations'] = [];
  /** Answers of the next renewals and acknowledgements; with none left, nothing is new. */
  readonly answers: (Touched | null | Promise<Touched>)[] = [];
  away = false;

  async join(id: string): Promise<History> {
    this.#note(`join ${id}`);
    return this.#history(this.epoch);
  }

  async renew(id: string, report: Report): Promise<Invalidations> {
    return this.#report('renew', id, report);
  }

  async acknowledge(id: string, report: Report): Promise<Invalidations> {
    return this.#report('acknowledge', id, report);
  }

  async leave(id: string): Promise<void> {
    this.#note(`leave ${id}`);
  }

  async prune(): Promise<void> {
    this.#note('prune');
  }

  async #report(
    name: string,
    id: string,
    { applied, marks, mark }: Report,
  ): Promise<Invalidations> {
    this.#note(`${name} ${id} ${applied}`);
    this.marks.push(`${marks} -> ${mark}`);
    const answer = this.answers.shift();
    const next = answer === undefined ? { epoch: applied, subjects: [] } : await answer;
    if (next === null) return { history: this.#history(this.epoch), mine: null };
    return { history: this.#history(next.epoch), mine: { mark, subjects: next.subjects } };
  }

  #history(epoch: number): History {
    return { epoch, head, holdsHeads: true, restorations: this.restorations };
  }

  #note(call: string): void {
    this.calls.push(call);
    if (this.away) throw new Error('away');
  }
}

/** A holder that has joined, with a lease of 2,000 ms and a margin of 100. */
async function joined() {
  const clock = new ManualClock();
  const port = new ScriptedPort();
  const errors: unknown[] = [];
  const told: unknown[] = [];
  const lost: unknown[] = [];
  let ids = 0;
  const holder = new LeaseHolder({
    port,
    clock,
    timing: { length: 2000, margin: 100 },
    newId: () => `id${ids++}`,
    onError: (error) => errors.push(error),
    onLost: (loss) => lost.push(loss),
  });
  holder.subscribe((subjects, epoch) => told.push([subjects, epoch]));
  await holder.poll();
  return { clock, port, errors, told, lost, holder };
}

test('LeaseHolder is not fresh before it has joined, and starts empty when it has', async () => {
  const { holder, told, port } = await joined();
  expect(port.calls).toEqual(['join id0']);
  expect(told).toEqual([['everything', 5]]);
  expect([holder.isFresh(), holder.epoch()]).toEqual([true, 5]);
});

test('LeaseHolder renews every quarter of the lease and so stays current', async () => {
  const { clock, holder, port } = await joined();
  await clock.pass(4000);
  expect(port.calls.slice(1)).toEqual(Array(8).fill('renew id0 5'));
  expect(holder.isFresh()).toBe(true);
});

test('LeaseHolder.poll() applies what is new and acknowledges it at once', async () => {
  const { holder, port, told } = await joined();
  port.answers.push({ epoch: 7, subjects: ['key/a', 'key/b'] });
  await holder.poll();
  expect(told.at(-1)).toEqual([['key/a', 'key/b'], 7]);
  expect(port.calls.slice(1)).toEqual(['acknowledge id0 5', 'acknowledge id0 7']);
});

test('LeaseHolder.poll() makes one more round for what was announced during one', async () => {
  const { holder, port } = await joined();
  const { promise, resolve } = Promise.withResolvers<Touched>();
  port.answers.push(promise);
  const first = holder.poll();
  holder.poll();
  holder.poll();
  resolve({ epoch: 5, subjects: [] });
  await first;
  expect(port.calls.slice(1)).toEqual(['acknowledge id0 5', 'acknowledge id0 5']);
});

test('LeaseHolder acknowledges as often as it likes, and renews when that is due and only then', async () => {
  const { clock, holder, port } = await joined();
  for (let n = 0; n < 4; n++) {
    await clock.pass(200);
    await holder.poll();
  }
  await clock.pass(400);
  const at = port.calls.slice(1).map((call) => call.split(' ')[0]);
  // At 200, 400, 500, 600, 800 and 1000 milliseconds.
  expect(at).toEqual([
    'acknowledge',
    'acknowledge',
    'renew',
    'acknowledge',
    'acknowledge',
    'renew',
  ]);
});

test('LeaseHolder renews where one round follows the other without a pause', async () => {
  const { clock, holder, port } = await joined();
  const answered = [0, 300, 300, 300].map((milliseconds) => {
    const { promise, resolve } = Promise.withResolvers<Touched>();
    port.answers.push(promise);
    return async () => {
      clock.stop(milliseconds);
      void holder.poll();
      resolve({ epoch: 5, subjects: [] });
      await clock.pass(0);
    };
  });
  void holder.poll();
  for (const answer of answered) await answer();
  expect(port.calls.slice(1).map((call) => call.split(' ')[0])).toEqual([
    'acknowledge',
    'acknowledge',
    'acknowledge',
    'renew',
    'acknowledge',
  ]);
});

test('LeaseHolder.isFresh() rests on no acknowledgement', async () => {
  const { clock, holder } = await joined();
  clock.stop(499);
  await holder.poll();
  clock.stop(1401);
  expect(holder.isFresh()).toBe(false);
});

test('LeaseHolder.isFresh() ends a margin before the lease, counted from the sending', async () => {
  const { clock, holder, port } = await joined();
  clock.stop(500);
  const { promise, resolve } = Promise.withResolvers<Touched>();
  port.answers.push(promise);
  const round = holder.poll();
  clock.stop(1899);
  resolve({ epoch: 5, subjects: [] });
  await round;
  expect(holder.isFresh()).toBe(true);
  clock.stop(1);
  expect(holder.isFresh()).toBe(false);
});

test('LeaseHolder.isFresh() is false after a pause in which no timer fired', async () => {
  const { clock, holder } = await joined();
  clock.stop(1900);
  expect(holder.isFresh()).toBe(false);
});

test('LeaseHolder.isFresh() is false after a suspension that the monotonic clock slept through', async () => {
  const { clock, holder } = await joined();
  clock.suspend(1900);
  expect(holder.isFresh()).toBe(false);
});

test('LeaseHolder.isFresh() is false once the wall clock was set back, until it renews', async () => {
  const { clock, holder } = await joined();
  clock.suspend(-1);
  expect(holder.isFresh()).toBe(false);
  await holder.poll();
  expect(holder.isFresh()).toBe(true);
});

test('LeaseHolder starts again under another id when its row is gone', async () => {
  const { holder, port, told } = await joined();
  port.answers.push(null);
  port.epoch = 9;
  await holder.poll();
  expect(port.calls.slice(1)).toEqual(['acknowledge id0 5', 'leave id0', 'join id3']);
  expect(told.at(-1)).toEqual(['everything', 9]);
  expect(holder.isFresh()).toBe(true);
});

test('LeaseHolder joins again when the database was set back, and serves again when that is accepted', async () => {
  const { holder, port, told, lost } = await joined();
  port.answers.push({ epoch: 3, subjects: [] });
  port.epoch = 3;
  await holder.poll();
  expect(told.at(-1)).toEqual(['everything', 3]);
  expect(holder.epoch()).toBe(3);
  expect(lost).toEqual([{ seen: head, found: head }]);
  expect([holder.isRestored(), holder.isFresh()]).toEqual([true, false]);
  await holder.poll();
  expect([holder.isRestored(), holder.isFresh()]).toEqual([true, false]);
  port.restorations = [{ id: 'r', accepted: true }];
  await holder.poll();
  expect([holder.isRestored(), holder.isFresh()]).toEqual([false, true]);
});

test('LeaseHolder joins again when a restore was declared, though its own row is as it was', async () => {
  const { holder, port, told } = await joined();
  port.restorations = [{ id: 'r', accepted: false }];
  await holder.poll();
  expect(told).toEqual([
    ['everything', 5],
    ['everything', 5],
  ]);
  expect([holder.isRestored(), holder.isFresh()]).toEqual([true, false]);
});

test('LeaseHolder names in each report the mark of the one before, and those unanswered since', async () => {
  const { clock, holder, port } = await joined();
  await holder.poll();
  port.away = true;
  await holder.poll();
  port.away = false;
  await clock.pass(500);
  await clock.pass(500);
  expect(port.marks).toEqual(['id1 -> id2', 'id2,id3 -> id4', 'id4 -> id5']);
});

test('LeaseHolder gives its row up when it knows too little of what stands there', async () => {
  const { clock, port } = await joined();
  port.away = true;
  await clock.pass(40 * 500);
  port.away = false;
  await clock.pass(500);
  expect(port.calls.filter((call) => !call.startsWith('renew'))).toEqual([
    ...['join id0', 'leave id0'],
    ...Array(port.calls.filter((call) => call.startsWith('join')).length - 1).fill(
      expect.stringMatching(/^join/),
    ),
  ]);
});

test('LeaseHolder runs out while the database is away and comes back by itself', async () => {
  const { clock, holder, port, errors } = await joined();
  port.away = true;
  await clock.pass(1900);
  expect(holder.isFresh()).toBe(false);
  expect(errors).toHaveLength(3);
  port.away = false;
  await clock.pass(500);
  expect(holder.isFresh()).toBe(true);
});

test('LeaseHolder gives up on a renewal that is never answered, and ignores it when late', async () => {
  const { clock, holder, port, told } = await joined();
  const { promise, resolve } = Promise.withResolvers<Touched>();
  port.answers.push(promise);
  holder.poll();
  await clock.pass(2500);
  expect(holder.isFresh()).toBe(true);
  resolve({ epoch: 6, subjects: ['key/a'] });
  await clock.pass(0);
  expect(told).toHaveLength(1);
  expect(holder.epoch()).toBe(5);
});

test('LeaseHolder.leave() stops serving before it gives the row back, and renews no more', async () => {
  const { clock, holder, port } = await joined();
  const left = holder.leave();
  expect(holder.isFresh()).toBe(false);
  await left;
  await clock.pass(5000);
  expect(port.calls.slice(1)).toEqual(['leave id0']);
});

test('LeaseHolder.leave() during a join gives that row back too', async () => {
  const clock = new ManualClock();
  const port = new ScriptedPort();
  const timing = { length: 2000, margin: 100 };
  const holder = new LeaseHolder({ port, clock, timing, newId: () => 'row' });
  const round = holder.poll();
  await holder.leave();
  await round;
  expect(port.calls).toEqual(['join row', 'leave row']);
  expect(holder.isFresh()).toBe(false);
});

test('LeaseHolder prunes now and then', async () => {
  const { clock, port } = await joined();
  await clock.pass(32 * 500);
  expect(port.calls.filter((call) => call === 'prune')).toHaveLength(1);
});
