import { describe, expect, test } from 'vitest';
import {
  createVerifier,
  generateKey,
  type KeyStore,
  nobleHashing,
  pepperedScheme,
} from '../../../core/mod.ts';
import { keyRecord } from '../../support/keys.ts';
import { ManualFreshness } from '../cache/fixtures.ts';

const { key } = generateKey();
const ordinary = {
  record: keyRecord({
    subOrg: { id: 7, active: true },
    scopes: ['repos:read'],
    ipAllowList: ['203.0.113.0/24'],
    rateLimit: { limit: 1, windowSeconds: 1 },
  }),
  seal: null,
};
const request = { scope: 'repos:read', address: '203.0.113.7' };
const wrongs: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  0n,
  'x',
  -1,
  true,
  {},
  [null],
  [1],
  Array(1),
  new Date(0),
  () => {},
];

/** Every place of a value, the value's own first. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, part]) => places(part, [...path, name]))];
}

/** A copy with another value in one place. */
function replaced(value: unknown, [name, ...rest]: readonly string[], wrong: unknown): unknown {
  if (name === undefined) return wrong;
  const part = (value as Record<string, unknown>)[name];
  const changed = { [name]: replaced(part, rest, wrong) };
  return Array.isArray(value)
    ? Object.assign([...value], changed)
    : { ...Object(value), ...changed };
}

/** Whether the type of a record allows a value in a place: it is then no fault. */
function isAllowed(path: readonly string[], wrong: unknown): boolean {
  const place = path.filter((part) => part !== 'record').join('.');
  const texts =
    /^(id|label|preview|projectId|seal|organization\.(id|name)|owner\.id|(scopes|ipAllowList)\.0)$/;
  const numbers = /^((subOrg\.id|rateLimit\.\w+)|organization\.tier|\w+At)$/;
  const optional =
    /^(seal|subOrg|projectId|scopes|ipAllowList|rateLimit|organization\.tier|\w+At|)$/;
  if (wrong === null) return optional.test(place) && path.at(-1) !== 'record';
  if (wrong === true) return /^(disabled|subOrg\.active)$/.test(place);
  return (wrong === 'x' && texts.test(place)) || (wrong === -1 && numbers.test(place));
}

const faults = places(ordinary).flatMap((path) =>
  wrongs
    .filter((wrong) => !isAllowed(path, wrong))
    .map((wrong) => ({
      name: `${path.join('.')}: ${String(wrong)}`,
      found: replaced(ordinary, path, wrong),
    })),
);

const answers: Record<string, (found: unknown) => unknown> = {
  'at once': (found) => found,
  later: async (found) => found,
  'later, by a promise of another library': (found) => ({
    // biome-ignore lint/suspicious/noThenProperty: a foreign promise is what this is about.
    then: (resolve: (value: unknown) => void) => queueMicrotask(() => resolve(found)),
  }),
};

function setUp(find: () => unknown, differences: Partial<KeyStore> = {}) {
  const errors: unknown[] = [];
  // A store in JavaScript keeps no promise of a type.
  const store = { find, ...differences } as KeyStore;
  const verifier = createVerifier({
    store,
    now: () => 0,
    cache: { maxEntries: 1 },
    onError(error) {
      errors.push(error);
      throw new Error('onError fails as well');
    },
  });
  return { verifier, errors };
}

const unavailable = { ok: false, reason: 'unavailable', refusal: { status: 503 }, key: null };

describe.each(Object.entries(answers))('a store that answers %s', (_, answer) => {
  describe.each([
    ['uncached', {}],
    ['cached', { freshness: new ManualFreshness() }],
  ])('%s', (_, differences) => {
    test('verify() accepts what is well-formed', async () => {
      const { verifier, errors } = setUp(() => answer(ordinary), differences);
      expect(await verifier.verify(key, request)).toMatchObject({ ok: true });
      expect(errors).toEqual([]);
    });

    test(`verify() is unavailable for each of ${faults.length} malformed keys, and reports why`, async () => {
      for (const { name, found } of faults) {
        const { verifier, errors } = setUp(() => answer(found), differences);
        expect(await verifier.verify(key, request), name).toMatchObject(unavailable);
        expect(errors, name).toEqual([expect.any(TypeError)]);
      }
    });
  });
});

const away = new Error('away');
const fails = () => {
  throw away;
};

test.each<[string, () => unknown, Partial<KeyStore>]>([
  ['throws', fails, {}],
  ['rejects', () => Promise.reject(away), {}],
  [
    'has a freshness that throws',
    () => null,
    { freshness: Object.assign(new ManualFreshness(), { isFresh: fails }) },
  ],
])('verify() is unavailable where the store %s, and reports why', async (_, find, differences) => {
  const { verifier, errors } = setUp(find, differences);
  expect(await verifier.verify(key)).toMatchObject(unavailable);
  expect(errors).toEqual([away]);
});

test('verify() is unavailable where the clock or the digest throws, and reports why', async () => {
  for (const answer of Object.values(answers)) {
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const store = { find: () => answer(ordinary) } as KeyStore;
    const hashing = { ...nobleHashing, sha256: fails };
    for (const fault of [{ now: fails }, { hashing }]) {
      const verifier = createVerifier({ store, onError, ...fault });
      expect(await verifier.verify(key)).toMatchObject(unavailable);
    }
    expect(errors).toEqual([away, away]);
  }
});

test.each([
  ['throws', fails],
  ['rejects', () => Promise.reject(away)],
])(
  'verify() accepts a key whose move to the current pepper %s, and reports why',
  async (_, repepper) => {
    const [current, previous] = [1, 2].map((n) => pepperedScheme(new Uint8Array(32).fill(n)));
    if (current === undefined || previous === undefined) throw new Error('no schemes');
    const lookup = previous.lookup(nobleHashing.sha256(key));
    const record = keyRecord();
    const seal = previous.seal(record.id, record.organization.id, lookup);
    const reported = Promise.withResolvers<unknown>();
    const verifier = createVerifier({
      store: { find: (wanted) => (wanted === lookup ? { record, seal } : null), repepper },
      schemes: [current, previous],
      onError: reported.resolve,
    });
    expect(await verifier.verify(key)).toMatchObject({ ok: true });
    expect(await reported.promise).toBe(away);
  },
);

test('what an async onError rejects with is ignored: unhandled, it would end the process', async () => {
  const unhandled: unknown[] = [];
  const notice = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', notice);
  const store: KeyStore = { find: () => Promise.reject(away) };
  const onError = () => Promise.reject(new Error('onError fails as well'));
  const { verify } = createVerifier({ store, onError });
  expect(await verify(key, request)).toMatchObject(unavailable);
  await new Promise(setImmediate);
  process.off('unhandledRejection', notice);
  expect(unhandled).toEqual([]);
});
