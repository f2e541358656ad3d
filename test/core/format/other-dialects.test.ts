import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createMemoryKeyStore,
  createVerifier,
  generateKey,
  newId,
  nobleHashing,
  parseKey,
  pepperedScheme,
  recognizeKey,
} from '../../../core/mod.ts';
import { keyRecord } from '../../support/keys.ts';
import { seededRandom } from '../../support/random.ts';

const id = 'key_01H2XA9CKEB7WZG8RMN2KPQV7A';
const platform = `rfk_01H2XA9CKEB7WZG8RMN2KPQV7A_${'e6c4f2ab'.repeat(8)}`;
const repurai = `rep_${'728b93cd'.repeat(8)}`;

test('recognizeKey() knows the keys of each dialect', () => {
  expect(recognizeKey(platform)).toMatchObject({ dialect: 'platform', environment: 'live' });
  expect(recognizeKey(repurai)).toMatchObject({ dialect: 'repurai', environment: 'live' });
  expect(parseKey(platform)?.preview).toBe('rfk_01H2••••f2ab');
  expect(parseKey(repurai)?.preview).toBe('rep_728b••••93cd');
});

test.each([
  ['an I in its id', platform.replace('K', 'I')],
  ['an id beyond the last time', platform.replace('_0', '_8')],
  ['a lower-case id', platform.replace('XA', 'xa')],
  ['an upper-case secret', platform.replace('e6c4', 'E6C4')],
  ['no separator', platform.replace('A_e', 'Aee')],
  ['a digit too few', platform.slice(0, -1)],
  ['the end of a line', `${platform.slice(0, -1)}\n`],
  ['another prefix', platform.replace('rfk', 'rek')],
  ['a repurai key with an upper-case digit', repurai.replace('b', 'B')],
  ['a repurai key with a digit too many', `${repurai}0`],
  ['a repurai key with another letter', repurai.replace('b', 'g')],
])('recognizeKey() refuses a key with %s', (_, text) => {
  expect(recognizeKey(text)).toBeNull();
});

test('generateKey() makes keys that recognizeKey() knows, of 256 random bits', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat({ max: 2 ** 41 }), (seed, at) => {
      const random = seededRandom(seed);
      const own = newId('key', at, random);
      const made = generateKey({ dialect: 'platform', id: own, random });
      expect(made.key.slice(0, 31)).toBe(`rfk_${own.slice(4)}_`);
      expect(recognizeKey(made.key)?.dialect).toBe('platform');
      const other = generateKey({ dialect: 'repurai', random });
      expect(recognizeKey(other.key)?.dialect).toBe('repurai');
      expect(other.key.slice(4)).not.toBe(made.key.slice(31));
    }),
  );
});

test.each([
  ['without an id', {}],
  ['with an id of another kind', { id: 'job_01H2XA9CKEB7WZG8RMN2KPQV7A' }],
  ['for a sandbox', { id, environment: 'test' } as const],
])('generateKey() makes no platform key %s', (_, options) => {
  expect(() => generateKey({ dialect: 'platform', ...options })).toThrow(TypeError);
});

const scheme = pepperedScheme(new Uint8Array(32).fill(7));

function stored(key: string, differences: Parameters<typeof keyRecord>[0]) {
  const store = createMemoryKeyStore();
  const lookup = scheme.lookup(nobleHashing.sha256(key));
  const record = keyRecord({ id, ...differences });
  store.put(lookup, { record, seal: scheme.seal(record.id, record.organization.id, lookup) });
  return store;
}

test('verify() finds a platform key by its id, and by nothing else', async () => {
  const asked: string[] = [];
  const store = stored(platform, { dialect: 'platform', scopes: ['analysis:run'] });
  const verifier = createVerifier({
    schemes: [scheme],
    store: {
      find: () => {
        throw new Error('a platform key is looked up by its id');
      },
      findById: (wanted) => {
        asked.push(wanted);
        return store.findById(wanted);
      },
    },
  });
  const accepted = await verifier.verify(platform, {
    dialects: ['platform'],
    scope: 'analysis:run',
  });
  expect(accepted).toMatchObject({ ok: true, key: { id } });
  const otherSecret = platform.replace('e6c4', '0000');
  expect(await verifier.verify(otherSecret)).toMatchObject({ ok: false, reason: 'unknown' });
  expect(asked).toEqual([id, id]);
});

test.each([
  [platform, 'reporisk'],
  [platform, 'repurai'],
  [repurai, 'platform'],
] as const)('verify() refuses %s where its row says %s', async (key, dialect) => {
  const verifier = createVerifier({ schemes: [scheme], store: stored(key, { dialect }) });
  expect(await verifier.verify(key)).toMatchObject({ ok: false, reason: 'seal' });
});

test('verify() refuses a key that is held to a project where that project is not named', async () => {
  const store = stored(platform, { dialect: 'platform', projectId: 'prj_1', scopes: ['admin:*'] });
  const verifier = createVerifier({ schemes: [scheme], store });
  const reasons = [];
  for (const projectId of ['prj_1', 'prj_2', undefined]) {
    const asked = { dialects: ['platform'], projectId, scope: 'cases:write' } as const;
    const outcome = await verifier.verify(platform, asked);
    reasons.push(outcome.ok ? 'accepted' : outcome.reason);
  }
  expect(reasons).toEqual(['accepted', 'project', 'project']);
});

test.each([
  [platform, 'platform'],
  [repurai, 'repurai'],
] as const)('verify() accepts %s only where its dialect is named', async (key, dialect) => {
  const verifier = createVerifier({ schemes: [scheme], store: stored(key, { dialect }) });
  expect(await verifier.verify(key)).toMatchObject({ ok: false, reason: 'dialect' });
  expect(await verifier.verify(key, { dialects: [dialect] })).toMatchObject({ ok: true });
});
