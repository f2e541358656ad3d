import { expect, test } from 'vitest';
import type { RefusedBatch } from '../../../server/usage/refused-attempts.ts';
import { createUsageRecorder } from '../../../server/usage/usage-recorder.ts';
import type { StoredCall, UsageStore } from '../../../server/usage/usage-store.ts';
import { handTimer, keyCall } from './calls.ts';

const away = Object.assign(new Error('no connection'), { code: 'ECONNREFUSED' });

/** A store in memory that fails a chosen number of times. */
function memoryStore(batchSize = 3) {
  const batches: (readonly StoredCall[])[] = [];
  const refused: RefusedBatch[] = [];
  const failing: { with: Error | null } = { with: null };
  const store: UsageStore = {
    batchSize,
    async ingest(calls) {
      batches.push(calls);
      if (failing.with !== null) throw failing.with;
    },
    async ingestRefused(batch) {
      refused.push(batch);
      if (failing.with !== null) throw failing.with;
    },
  };
  return { store, batches, refused, failing };
}

function recorder(batchSize?: number, capacity = 100) {
  const memory = memoryStore(batchSize);
  const timer = handTimer();
  const errors: unknown[] = [];
  const usage = createUsageRecorder({
    store: memory.store,
    capacity,
    every: timer.every,
    onError: (error) => errors.push(error),
  });
  return { ...memory, timer, errors, usage };
}

test('record() is stored by the next turn of a timer that leaves half a second to store', async () => {
  const { usage, timer, batches } = recorder();
  usage.record(keyCall());
  expect(batches).toEqual([]);
  timer.tick();
  await usage.flush();
  expect(timer.milliseconds()).toBeLessThanOrEqual(500);
  expect(batches).toEqual([[{ ...keyCall(), id: expect.stringMatching(/^use_[0-9A-Z]{26}$/) }]]);
});

test('flush() stores everything in batches, in order', async () => {
  const { usage, batches } = recorder(3);
  for (let n = 0; n < 8; n++) usage.record(keyCall({ requestId: `req_${n}` }));
  await usage.flush();
  expect(batches.map((batch) => batch.map((call) => call.requestId.slice(4)).join(''))).toEqual([
    '012',
    '345',
    '67',
  ]);
});

test('record() sheds and counts what a full buffer has no room for', async () => {
  const { usage } = recorder(3, 5);
  for (let n = 0; n < 8; n++) usage.record(keyCall());
  expect(usage.counters()).toEqual({
    recorded: 5,
    shed: 3,
    pending: 5,
    flushed: 0,
    failures: 0,
  });
  await usage.flush();
  expect(usage.counters()).toMatchObject({ shed: 3, pending: 0, flushed: 5 });
});

test('a database that is away keeps the calls, and the same batch is tried again', async () => {
  const { usage, batches, failing, errors } = recorder(3, 5);
  failing.with = away;
  for (let n = 0; n < 4; n++) usage.record(keyCall());
  for (let attempt = 0; attempt < 50; attempt++) await usage.flush();
  expect(usage.counters()).toMatchObject({ pending: 4, shed: 0, failures: 50 });
  expect(errors).toHaveLength(50);

  failing.with = null;
  batches.length = 0;
  await usage.flush();
  expect(batches.map((batch) => batch.length)).toEqual([3, 1]);
  expect(usage.counters()).toMatchObject({ pending: 0, flushed: 4 });
});

test('a batch keeps its ids from attempt to attempt', async () => {
  const { usage, batches, failing } = recorder();
  failing.with = away;
  usage.record(keyCall());
  await usage.flush();
  failing.with = null;
  await usage.flush();
  expect(batches[1]).toEqual(batches[0]);
});

test('a batch that the database refuses for good does not keep all others waiting', async () => {
  const { usage, failing } = recorder(3);
  failing.with = new Error('invalid byte sequence');
  for (let n = 0; n < 3; n++) usage.record(keyCall());
  for (let attempt = 0; attempt < 20; attempt++) await usage.flush();
  failing.with = null;
  usage.record(keyCall());
  await usage.flush();
  expect(usage.counters()).toEqual({
    recorded: 4,
    shed: 3,
    pending: 0,
    flushed: 1,
    failures: 20,
  });
});

test('disposing stops the timer and stores what waits', async () => {
  const { usage, timer, batches } = recorder();
  for (let n = 0; n < 7; n++) usage.record(keyCall());
  await usage[Symbol.asyncDispose]();
  expect(batches.flat()).toHaveLength(7);
  usage.record(keyCall());
  timer.tick();
  expect(usage.counters().pending).toBe(1);
});

const revoked = { reason: 'revoked', preview: 'rrk_live_AbCd••••Xy1z' } as const;
const attempt = { statusCode: 401, scope: null, refused: revoked };

test('a thousand refused attempts a second are one row a minute for each reason and address', async () => {
  const { usage, timer, batches, refused } = recorder();
  const addresses = ['203.0.113.9', '2001:db8:0:1::1', '2001:db8:0:1:ffff::2'];
  for (let turn = 0; turn < 240; turn++) {
    for (let n = 0; n < 600; n++) {
      usage.record(keyCall({ ...attempt, ipAddress: addresses[n % 3] ?? null }));
    }
    timer.tick();
    await Promise.resolve();
  }
  const rows = refused.map(({ attempts }) => attempts.map((row) => [row.ipAddress, row.count]));
  const minute = 120 * 600;
  expect(rows).toEqual([
    [
      ['2001:db8:0:1::/64', (minute * 2) / 3],
      ['203.0.113.9', minute / 3],
    ],
    [
      ['2001:db8:0:1::/64', (minute * 2) / 3],
      ['203.0.113.9', minute / 3],
    ],
  ]);
  // A refusal that is answered 401 is no call.
  expect(batches).toEqual([]);
});

test('refused attempts from everywhere wait in a bounded number of rows', async () => {
  const { usage, refused } = recorder();
  for (let n = 0; n < 150; n++) {
    usage.record(keyCall({ ...attempt, ipAddress: `203.0.113.${n}` }));
  }
  expect(usage.counters()).toMatchObject({ shed: 50 });
  for (let key = 0; key < 20_000; key++) {
    usage.record(keyCall({ ...attempt, keyId: `key_${key + 2}` }));
  }
  await usage.flush();
  const [batch] = refused;
  const rows = (batch?.attempts.length ?? 0) + (batch?.secrets.length ?? 0);
  expect([refused.length, rows]).toEqual([1, 10_000]);
});

test('refused attempts that were not stored are stored later, beside new ones', async () => {
  const { usage, refused, failing } = recorder();
  failing.with = away;
  usage.record(keyCall(attempt));
  for (let n = 0; n < 30; n++) await usage.flush();
  usage.record(keyCall(attempt));
  failing.with = null;
  refused.length = 0;
  await usage.flush();
  await usage.flush();
  expect(refused.map(({ attempts }) => attempts.map(({ count }) => count))).toEqual([[1], [1]]);
});

test('a key that is refused with 403 or 429 counts by the hour, and was tried', async () => {
  const { usage, batches, refused } = recorder();
  const scope = { reason: 'scope', preview: revoked.preview } as const;
  usage.record(keyCall({ statusCode: 403, scope: null, refused: scope }));
  await usage.flush();
  expect(batches.flat()).toMatchObject([{ statusCode: 403, refused: scope }]);
  expect(refused).toMatchObject([{ attempts: [{ reason: 'scope', count: 1 }], secrets: [] }]);
});
