import { expect, test } from 'vitest';
import { LeaseHolder } from '../../../../server/database/leases/lease-holder.ts';
import type { HolderPort, News, Report } from '../../../../server/database/leases/ports.ts';
import { ManualClock } from './manual-clock.ts';

/** A database that answers what the test puts into it, and notes what it was asked. */
class ScriptedPort implements HolderPort {
  readonly calls: string[] = [];
  epoch = 5;
  /** Answers of the next renewals and acknowledgements; with none left, nothing is new. */
  readonly answers: (News | null | Promise<News>)[] = [];
  away = false;

  async join(id: string): Promise<number> {
    this.#note(`join ${id}`);
    return this.epoch;
  }

  async renew(id: string, report: Report): Promise<News | null> {
    return this.#report('renew', id, report);
  }

  async acknowledge(id: string, report: Report): Promise<News | null> {
    return this.#report('acknowledge', id, report);
  }

  async leave(id: string): Promise<void> {
    this.#note(`leave ${id}`);
  }

  async prune(): Promise<void> {
    this.#note('prune');
  }

  #report(name: string, id: string, { applied, claimed }: Report): News | null | Promise<News> {
    this.#note(`${name} ${id} ${applied}${claimed === null ? '' : ` ${claimed}`}`);
    const next = this.answers.shift();
    return next === undefined ? { epoch: applied, subjects: [] } : next;
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
  let rows = 0;
  const holder = new LeaseHolder({
    port,
    clock,
    timing: { length: 2000, margin: 100 },
    newId: () => `row${rows++}`,
    onError: (error) => errors.push(error),
  });
  holder.subscribe((subjects, epoch) => told.push([subjects, epoch]));
  await holder.hear();
  return { clock, port, errors, told, holder };
}

test('LeaseHolder is not current before it has joined, and starts anew when it has', async () => {
  const { holder, told, port } = await joined();
  expect(port.calls).toEqual(['join row0']);
  expect(told).toEqual([['everything', 5]]);
  expect([holder.isCurrent(), holder.epoch()]).toEqual([true, 5]);
});

test('LeaseHolder renews every quarter of the lease and so stays current', async () => {
  const { clock, holder, port } = await joined();
  await clock.pass(4000);
  expect(port.calls.slice(1)).toEqual(Array(8).fill('renew row0 5'));
  expect(holder.isCurrent()).toBe(true);
});

test('LeaseHolder.hear() applies what is new and acknowledges it at once', async () => {
  const { holder, port, told } = await joined();
  port.answers.push({ epoch: 7, subjects: ['key/a', 'key/b'] });
  await holder.hear();
  expect(told.at(-1)).toEqual([['key/a', 'key/b'], 7]);
  expect(port.calls.slice(1)).toEqual(['acknowledge row0 5', 'acknowledge row0 7']);
});

test('LeaseHolder.hear() applies an announced change at once and acknowledges it in the same round', async () => {
  const { holder, port, told } = await joined();
  await holder.hear({ epoch: 6, subjects: ['key/a'] });
  expect(told.at(-1)).toEqual([['key/a'], 6]);
  expect(port.calls.slice(1)).toEqual(['acknowledge row0 6 key/a']);
});

test('LeaseHolder says what was announced until the database has confirmed it, and applies no other before', async () => {
  const { clock, holder, port, told } = await joined();
  port.away = true;
  await holder.hear({ epoch: 6, subjects: ['key/a'] });
  await holder.hear({ epoch: 7, subjects: ['key/b'] });
  port.away = false;
  expect(told.at(-1)).toEqual([['key/a'], 6]);
  port.answers.push({ epoch: 7, subjects: ['key/b'] });
  await clock.pass(500);
  expect(told.at(-1)).toEqual([['key/b'], 7]);
  expect(port.calls.slice(3)).toEqual(['renew row0 6 key/a', 'acknowledge row0 7']);
});

test('LeaseHolder starts anew when the database knows nothing of what was announced', async () => {
  const { holder, port, told } = await joined();
  port.answers.push(null);
  await holder.hear({ epoch: 6, subjects: [] });
  expect(port.calls.slice(1)).toEqual(['acknowledge row0 6 ', 'leave row0', 'join row1']);
  expect(told.at(-1)).toEqual(['everything', 5]);
  expect(holder.epoch()).toBe(5);
});

for (const epoch of [4, 5, 7]) {
  test(`LeaseHolder.hear() takes an announcement of epoch ${epoch}, where 6 is next, for a call to ask`, async () => {
    const { holder, port, told } = await joined();
    await holder.hear({ epoch, subjects: ['key/a'] });
    expect(told).toEqual([['everything', 5]]);
    expect(port.calls.slice(1)).toEqual(['acknowledge row0 5']);
  });
}

test('LeaseHolder.hear() applies no announcement before it has joined', async () => {
  const port = new ScriptedPort();
  port.away = true;
  const told: unknown[] = [];
  const holder = new LeaseHolder({
    port,
    clock: new ManualClock(),
    timing: { length: 2000, margin: 100 },
    newId: () => 'row',
  });
  holder.subscribe((subjects) => told.push(subjects));
  await holder.hear({ epoch: 1, subjects: ['key/a'] });
  expect(told).toEqual([]);
});

test('LeaseHolder applies nothing that is announced while a round is under way', async () => {
  const { holder, port, told } = await joined();
  const { promise, resolve } = Promise.withResolvers<News>();
  port.answers.push(promise);
  const round = holder.hear();
  holder.hear({ epoch: 6, subjects: ['key/a'] });
  expect(told).toEqual([['everything', 5]]);
  port.answers.push({ epoch: 6, subjects: ['key/a', 'key/b'] });
  resolve({ epoch: 5, subjects: [] });
  await round;
  expect(port.calls.slice(1)).toEqual([
    'acknowledge row0 5',
    'acknowledge row0 5',
    'acknowledge row0 6',
  ]);
  expect(told.at(-1)).toEqual([['key/a', 'key/b'], 6]);
});

test('LeaseHolder.hear() makes one more round for what was announced during one', async () => {
  const { holder, port } = await joined();
  const { promise, resolve } = Promise.withResolvers<News>();
  port.answers.push(promise);
  const first = holder.hear();
  holder.hear();
  holder.hear();
  resolve({ epoch: 5, subjects: [] });
  await first;
  expect(port.calls.slice(1)).toEqual(['acknowledge row0 5', 'acknowledge row0 5']);
});

test('LeaseHolder acknowledges as often as it likes, and renews when that is due and only then', async () => {
  const { clock, holder, port } = await joined();
  for (let n = 0; n < 4; n++) {
    await clock.pass(200);
    await holder.hear();
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
    const { promise, resolve } = Promise.withResolvers<News>();
    port.answers.push(promise);
    return async () => {
      clock.stop(milliseconds);
      void holder.hear();
      resolve({ epoch: 5, subjects: [] });
      await clock.pass(0);
    };
  });
  void holder.hear();
  for (const answer of answered) await answer();
  expect(port.calls.slice(1).map((call) => call.split(' ')[0])).toEqual([
    'acknowledge',
    'acknowledge',
    'acknowledge',
    'renew',
    'acknowledge',
  ]);
});

test('LeaseHolder.isCurrent() rests on no acknowledgement', async () => {
  const { clock, holder } = await joined();
  clock.stop(499);
  await holder.hear();
  clock.stop(1401);
  expect(holder.isCurrent()).toBe(false);
});

test('LeaseHolder.isCurrent() ends a margin before the lease, counted from the sending', async () => {
  const { clock, holder, port } = await joined();
  clock.stop(500);
  const { promise, resolve } = Promise.withResolvers<News>();
  port.answers.push(promise);
  const round = holder.hear();
  clock.stop(1899);
  resolve({ epoch: 5, subjects: [] });
  await round;
  expect(holder.isCurrent()).toBe(true);
  clock.stop(1);
  expect(holder.isCurrent()).toBe(false);
});

test('LeaseHolder.isCurrent() is false after a pause in which no timer fired', async () => {
  const { clock, holder } = await joined();
  clock.stop(1900);
  expect(holder.isCurrent()).toBe(false);
});

test('LeaseHolder.isCurrent() is false after a suspension that the monotonic clock slept through', async () => {
  const { clock, holder } = await joined();
  clock.suspend(1900);
  expect(holder.isCurrent()).toBe(false);
});

test('LeaseHolder.isCurrent() is false once the wall clock was set back, until it renews', async () => {
  const { clock, holder } = await joined();
  clock.suspend(-1);
  expect(holder.isCurrent()).toBe(false);
  await holder.hear();
  expect(holder.isCurrent()).toBe(true);
});

test('LeaseHolder starts anew under another id when its row is gone', async () => {
  const { holder, port, told } = await joined();
  port.answers.push(null);
  port.epoch = 9;
  await holder.hear();
  expect(port.calls.slice(1)).toEqual(['acknowledge row0 5', 'leave row0', 'join row1']);
  expect(told.at(-1)).toEqual(['everything', 9]);
  expect(holder.isCurrent()).toBe(true);
});

test('LeaseHolder starts anew when the database was set back', async () => {
  const { holder, port, told } = await joined();
  port.answers.push({ epoch: 3, subjects: [] });
  port.epoch = 3;
  await holder.hear();
  expect(told.at(-1)).toEqual(['everything', 3]);
  expect(holder.epoch()).toBe(3);
});

test('LeaseHolder runs out while the database is away and comes back by itself', async () => {
  const { clock, holder, port, errors } = await joined();
  port.away = true;
  await clock.pass(1900);
  expect(holder.isCurrent()).toBe(false);
  expect(errors).toHaveLength(3);
  port.away = false;
  await clock.pass(500);
  expect(holder.isCurrent()).toBe(true);
});

test('LeaseHolder gives up on a renewal that is never answered, and ignores it when late', async () => {
  const { clock, holder, port, told } = await joined();
  const { promise, resolve } = Promise.withResolvers<News>();
  port.answers.push(promise);
  holder.hear();
  await clock.pass(2500);
  expect(holder.isCurrent()).toBe(true);
  resolve({ epoch: 6, subjects: ['key/a'] });
  await clock.pass(0);
  expect(told).toHaveLength(1);
  expect(holder.epoch()).toBe(5);
});

test('LeaseHolder.leave() stops serving before it gives the row back, and renews no more', async () => {
  const { clock, holder, port } = await joined();
  const left = holder.leave();
  expect(holder.isCurrent()).toBe(false);
  await left;
  await clock.pass(5000);
  expect(port.calls.slice(1)).toEqual(['leave row0']);
});

test('LeaseHolder.leave() during a join gives that row back too', async () => {
  const clock = new ManualClock();
  const port = new ScriptedPort();
  const timing = { length: 2000, margin: 100 };
  const holder = new LeaseHolder({ port, clock, timing, newId: () => 'row' });
  const round = holder.hear();
  await holder.leave();
  await round;
  expect(port.calls).toEqual(['join row', 'leave row']);
  expect(holder.isCurrent()).toBe(false);
});

test('LeaseHolder prunes now and then', async () => {
  const { clock, port } = await joined();
  await clock.pass(32 * 500);
  expect(port.calls.filter((call) => call === 'prune')).toHaveLength(1);
});
