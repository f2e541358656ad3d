import { expect, test } from 'vitest';
import { awaitAcknowledgements } from '../../../../server/database/leases/await-acknowledgements.ts';
import type {
  Acknowledgement,
  PendingHolders,
  SeenHolder,
  WaitPort,
} from '../../../../server/database/leases/ports.ts';
import { ManualClock } from './manual-clock.ts';

/** A database that shows the holders the test puts into it. */
class ScriptedPort implements WaitPort {
  holders: SeenHolder[] = [];
  failover: string | null = null;
  answer: 'at once' | 'never' | 'away' = 'at once';
  readonly asked: (number | null)[] = [];
  readonly evicted: (readonly SeenHolder[])[] = [];
  readonly outlived: string[] = [];

  behind(epoch: number | null): Promise<PendingHolders> {
    this.asked.push(epoch);
    if (this.answer === 'never') return new Promise(() => {});
    if (this.answer === 'away') return Promise.reject(new Error('away'));
    const { holders, failover } = this;
    return Promise.resolve({ epoch: epoch ?? 7, holders: [...holders], failover });
  }

  async evict(holders: readonly SeenHolder[]): Promise<void> {
    this.evicted.push(holders);
  }

  async outlive(failover: string): Promise<void> {
    this.outlived.push(failover);
  }
}

/** A running wait, with a lease of 2,000 ms and a margin of 100. */
function waiting(prepare: (port: ScriptedPort) => void = () => {}) {
  const clock = new ManualClock();
  const port = new ScriptedPort();
  prepare(port);
  const started = clock.monotonic();
  const state = { took: -1, wake: (_?: Acknowledgement) => {} };
  awaitAcknowledgements({
    port,
    clock,
    timing: { length: 2000, margin: 100 },
    pollIntervalMs: 25,
    onAcknowledged: (wake) => {
      state.wake = wake;
      return () => {
        state.wake = () => {};
      };
    },
  }).then(() => {
    state.took = clock.monotonic() - started;
  });
  return { clock, port, state };
}

const alive = { id: 'a', mark: 'a3' };
const silent = { id: 'b', mark: 'b8' };

test('awaitAcknowledgements() is over at once when no holder is behind', async () => {
  const { clock, port, state } = waiting();
  await clock.pass(0);
  expect(state.took).toBe(0);
  expect(port.asked).toEqual([null]);
});

test('awaitAcknowledgements() waits for the epoch it saw first, not for later ones', async () => {
  const { clock, port, state } = waiting((prepared) => {
    prepared.holders = [alive];
  });
  await clock.pass(24);
  expect(state.took).toBe(-1);
  port.holders = [];
  await clock.pass(1);
  expect(state.took).toBe(25);
  expect(port.asked).toEqual([null, 7]);
});

test('awaitAcknowledgements() looks again as soon as an acknowledgement is announced', async () => {
  const { clock, port, state } = waiting((prepared) => {
    prepared.holders = [alive];
  });
  await clock.pass(3);
  port.holders = [];
  state.wake();
  await clock.pass(0);
  expect(state.took).toBe(3);
});

test('awaitAcknowledgements() looks again when all that were behind are announced, and believes only what it sees', async () => {
  const { clock, port, state } = waiting((prepared) => {
    prepared.holders = [alive, silent];
  });
  await clock.pass(1);
  state.wake({ id: 'a', epoch: 7 });
  state.wake({ id: 'b', epoch: 6 });
  await clock.pass(1);
  expect([state.took, port.asked]).toEqual([-1, [null]]);
  state.wake({ id: 'b', epoch: 8 });
  await clock.pass(1);
  expect([state.took, port.asked]).toEqual([-1, [null, 7]]);
  state.wake({ id: 'a', epoch: 7 });
  port.holders = [];
  state.wake({ id: 'b', epoch: 7 });
  await clock.pass(0);
  expect([state.took, port.asked]).toEqual([3, [null, 7, 7]]);
});

test('awaitAcknowledgements() looks again at once for what was announced while it looked', async () => {
  const { clock, port, state } = waiting((prepared) => {
    prepared.holders = [alive];
  });
  state.wake({ id: 'a', epoch: 7 });
  await clock.pass(0);
  // Once: an announcement before a poll does not count after it.
  expect([state.took, port.asked]).toEqual([-1, [null, 7]]);
});

test('awaitAcknowledgements() misses no announcement that comes while it looks', async () => {
  const { clock, port, state } = waiting((prepared) => {
    prepared.holders = [alive];
  });
  state.wake();
  port.holders = [];
  await clock.pass(0);
  expect(state.took).toBe(0);
});

test('awaitAcknowledgements() waits a lease and its margin for a silent holder, then presumes it dead', async () => {
  const { clock, port, state } = waiting((prepared) => {
    prepared.holders = [silent];
  });
  await clock.pass(2099);
  expect([state.took, port.evicted]).toEqual([-1, []]);
  await clock.pass(1);
  expect(state.took).toBe(2100);
  expect(port.evicted).toEqual([[silent]]);
});

test('awaitAcknowledgements() evicts no holder before a lease has passed since it was seen', async () => {
  const { clock, port, state } = waiting((prepared) => {
    prepared.answer = 'away';
    prepared.holders = [silent];
  });
  await clock.pass(2000);
  port.answer = 'at once';
  await clock.pass(100);
  expect(state.took).toBe(2100);
  // Seen at 2,025, the first poll with an answer.
  await clock.pass(2024);
  expect(port.evicted).toEqual([]);
  await clock.pass(1);
  expect(port.evicted).toEqual([[silent]]);
});

test('awaitAcknowledgements() waits out the lease after a failover, and no operation after it has to', async () => {
  const { clock, port, state } = waiting((prepared) => {
    prepared.failover = '00000002';
  });
  await clock.pass(1);
  state.wake({ id: 'a', epoch: 7 });
  await clock.pass(2098);
  expect([state.took, port.outlived]).toEqual([-1, []]);
  await clock.pass(1);
  expect([state.took, port.outlived, port.evicted]).toEqual([2100, ['00000002'], []]);
});

for (const answer of ['never', 'away'] as const) {
  test(`awaitAcknowledgements() waits out the lease when the database answers ${answer}`, async () => {
    const { clock, port, state } = waiting((prepared) => {
      prepared.answer = answer;
    });
    await clock.pass(2099);
    expect(state.took).toBe(-1);
    await clock.pass(1);
    expect(state.took).toBe(2100);
    expect(port.evicted).toEqual([]);
  });
}
