import { expect, test } from 'vitest';
import {
  type CoherentCacheOptions,
  createCoherentCache,
  type Load,
  type Loaded,
} from '../../../core/cache/coherent-cache.ts';
import { lookupSubject, subjectsOf } from '../../../core/cache/subjects.ts';
import type { KeyRecord } from '../../../core/store/key-store.ts';
import { digestOf, ManualFreshness, recordOf } from './fixtures.ts';

const unknown = { reason: 'unknown' };
type Answer = Loaded<typeof unknown>;

/** A cache, its freshness, and a store that counts its lookups. */
function setUp(options: Partial<CoherentCacheOptions> = {}) {
  const freshness = new ManualFreshness();
  const cache = createCoherentCache<typeof unknown>({ freshness, ...options });
  const lookups: string[] = [];
  const found = (key: KeyRecord) => (digest: string) => {
    lookups.push(digest);
    return { key };
  };
  const absent = (digest: string): Answer => {
    lookups.push(digest);
    return { absent: unknown, subjects: [lookupSubject(digest)] };
  };
  const get = (digest: string, load: Load<typeof unknown>) =>
    cache.peek(digest) ?? cache.lookUp(digest, load);
  return { freshness, cache, get, lookups, found, absent };
}

/** A lookup that the test ends. */
function pending() {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  return { load: () => promise, resolve, reject };
}

const never = () => {
  throw new Error('looked up');
};
const one = digestOf(1);

test('CoherentCache answers at once and without a lookup once a key is known', () => {
  const { cache, get, found } = setUp();
  const first = get(one, found(recordOf(1)));
  expect(first).toEqual(recordOf(1));
  expect(get(one, never)).toBe(first);
  expect(cache.counters()).toMatchObject({ hits: 1, misses: 1, entries: 1 });
});

test('CoherentCache looks up each time while it is not current, and is warm afterwards', () => {
  const { get, freshness, found, lookups } = setUp();
  freshness.current = false;
  get(one, found(recordOf(1)));
  get(one, found(recordOf(1)));
  expect(lookups).toHaveLength(2);
  freshness.current = true;
  expect(get(one, never)).toEqual(recordOf(1));
});

test('CoherentCache.peek() answers what is cached, only while it is fresh, and looks nothing up', () => {
  const { cache, get, freshness, found } = setUp();
  expect(cache.peek(one)).toBeUndefined();
  const key = get(one, found(recordOf(1)));
  expect(cache.peek(one)).toBe(key);
  freshness.current = false;
  expect(cache.peek(one)).toBeUndefined();
  freshness.current = true;
  freshness.tell(['key/key_1']);
  expect(cache.peek(one)).toBeUndefined();
  expect(cache.counters()).toMatchObject({ hits: 1, misses: 1 });
});

for (const subject of subjectsOf(recordOf(1))) {
  test(`CoherentCache looks up again after a change of ${subject}`, () => {
    const { get, freshness, found } = setUp();
    get(one, found(recordOf(1)));
    freshness.tell([subject]);
    const renewed = recordOf(1, { revokedAt: 5 });
    expect(get(one, found(renewed))).toEqual(renewed);
  });
}

test('CoherentCache keeps what a change did not touch', () => {
  const { get, freshness, found } = setUp();
  get(one, found(recordOf(1)));
  freshness.tell(['key/key_2', 'organization/org_2', 'sub-org/8', 'member/org_1/user_2']);
  expect(get(one, never)).toEqual(recordOf(1));
});

test('CoherentCache remembers an absent key until it is created', () => {
  const { cache, get, freshness, found, absent } = setUp();
  expect(get(one, absent)).toBe(unknown);
  expect(get(one, never)).toBe(unknown);
  freshness.tell([lookupSubject(one)]);
  expect(get(one, found(recordOf(1)))).toEqual(recordOf(1));
  expect(cache.counters()).toMatchObject({ entries: 1, absent: 0 });
});

test('CoherentCache does not keep an answer that nothing could invalidate', () => {
  const { get, absent, lookups } = setUp();
  const unsealed = () => ({ absent: unknown, subjects: [] });
  get(one, unsealed);
  get(one, absent);
  expect(lookups).toHaveLength(1);
});

test('CoherentCache makes one lookup for a burst of requests', async () => {
  const { cache, get } = setUp();
  const { load, resolve } = pending();
  const burst = [get(one, load), get(one, never), get(one, never)];
  resolve({ key: recordOf(1) });
  expect(await Promise.all(burst)).toEqual([recordOf(1), recordOf(1), recordOf(1)]);
  expect(cache.counters()).toMatchObject({ misses: 1, joins: 2 });
});

test('CoherentCache joins no lookup that left before a change, whatever it touched', async () => {
  const { get, freshness } = setUp();
  const [before, after] = [pending(), pending()];
  const first = get(one, before.load);
  freshness.tell(['key/key_9']);
  const second = get(one, after.load);
  after.resolve({ key: recordOf(1, { label: 'new' }) });
  before.resolve({ key: recordOf(1) });
  expect(await first).toMatchObject({ label: 'Key 1' });
  expect(await second).toMatchObject({ label: 'new' });
});

test('CoherentCache joins no lookup while it is not current', async () => {
  const { get, freshness } = setUp();
  const [before, after] = [pending(), pending()];
  get(one, before.load);
  freshness.current = false;
  const second = get(one, after.load);
  before.resolve({ key: recordOf(1) });
  after.resolve({ key: recordOf(1, { revokedAt: 5 }) });
  expect(await second).toMatchObject({ revokedAt: 5 });
});

test('CoherentCache keeps no answer that a change overtook', async () => {
  const { cache, get, freshness, found } = setUp();
  const { load, resolve } = pending();
  const first = get(one, load);
  freshness.tell(['key/key_1']);
  resolve({ key: recordOf(1) });
  await first;
  const revoked = recordOf(1, { revokedAt: 5 });
  expect(get(one, found(revoked))).toEqual(revoked);
  expect(cache.counters()).toMatchObject({ taints: 1, misses: 2 });
});

test('CoherentCache keeps an answer although something else changed meanwhile', async () => {
  const { get, freshness } = setUp();
  const { load, resolve } = pending();
  const first = get(one, load);
  freshness.tell(['key/key_9']);
  resolve({ key: recordOf(1) });
  await first;
  expect(get(one, never)).toEqual(recordOf(1));
});

test('CoherentCache keeps no answer from before everything went, even if epochs began again', async () => {
  const { get, freshness, lookups, found } = setUp();
  freshness.tell([], 100);
  const { load, resolve } = pending();
  const first = get(one, load);
  freshness.tell('everything', 90);
  resolve({ key: recordOf(1) });
  await first;
  freshness.tell(['key/key_1'], 95);
  get(one, found(recordOf(1)));
  expect(lookups).toHaveLength(1);
});

test('CoherentCache rejects for all who waited when the store fails, and tries again', async () => {
  const { get, found } = setUp();
  const { load, reject } = pending();
  const burst = [get(one, load), get(one, never)];
  reject(new Error('away'));
  await expect(burst[0]).rejects.toThrow('away');
  await expect(burst[1]).rejects.toThrow('away');
  expect(await get(one, found(recordOf(1)))).toEqual(recordOf(1));
});

test('CoherentCache holds at most maxEntries keys and maxAbsent absent ones, apart', () => {
  const { cache, get, found, absent } = setUp({ maxEntries: 10, maxAbsent: 3 });
  for (let n = 0; n < 10; n++) get(digestOf(n), found(recordOf(n)));
  for (let n = 100; n < 200; n++) get(digestOf(n), absent);
  for (let n = 0; n < 10; n++) expect(get(digestOf(n), never)).toEqual(recordOf(n));
  expect(cache.counters()).toMatchObject({ entries: 10, absent: 3 });
});

test('CoherentCache holds at most maxBytes', () => {
  const { cache, get, found } = setUp({ maxBytes: 5000 });
  for (let n = 0; n < 100; n++) {
    get(digestOf(n), found(recordOf(n, { label: 'x'.repeat(n) })));
    expect(cache.counters().bytes).toBeLessThanOrEqual(5000 + 3 * 80);
  }
  expect(cache.counters().entries).toBeGreaterThan(5);
});

test('CoherentCache shares equal organizations, owners, sub-orgs and lists between keys', () => {
  const { get, found } = setUp();
  const [a, b] = [1, 2].map((n) => get(digestOf(n), found(recordOf(n))) as KeyRecord);
  expect(a?.organization).toBe(b?.organization);
  expect(a?.owner).toBe(b?.owner);
  expect(a?.subOrg).toBe(b?.subOrg);
  expect(a?.scopes).toBe(b?.scopes);
});

test('CoherentCache shares no part that differs', () => {
  const { get, found } = setUp();
  const changed = recordOf(2, {
    organization: { id: 'org_1', name: 'Acme', tier: 1 },
    owner: { kind: 'member', id: 'user_1', role: 'viewer' },
    subOrg: { id: 7, active: false },
  });
  get(one, found(recordOf(1)));
  expect(get(digestOf(2), found(changed))).toEqual(changed);
  expect(get(one, never)).toEqual(recordOf(1));
});

test('CoherentCache.close() ends the cache, not the lookups', () => {
  const { cache, get, found, lookups } = setUp();
  get(one, found(recordOf(1)));
  cache.close();
  get(one, found(recordOf(1)));
  get(one, found(recordOf(1)));
  expect(lookups).toHaveLength(3);
  expect(cache.counters().entries).toBe(0);
});

test('createCoherentCache() refuses a bound that bounds nothing', () => {
  for (const maxEntries of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => setUp({ maxEntries })).toThrow(RangeError);
  }
});
