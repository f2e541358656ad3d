/**
 * Prints the memory of cached keys, the cache's own count of it, and the time of a hit.
 *
 *     node --expose-gc test/bench/cache-memory.ts [keys] [shape] [maxBytes]
 *
 * @module
 */
import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createCoherentCache } from '../../core/cache/coherent-cache.ts';
import { addressAllowed } from '../../core/policy/address.ts';
import type { Freshness } from '../../core/store/freshness.ts';
import type { KeyRecord } from '../../core/store/key-store.ts';
import { readStoredKey } from '../../core/store/read-key.ts';

const unbounded = String(Number.MAX_SAFE_INTEGER);
const [, , count = '100000', shape = 'ordinary', bound = unbounded] = process.argv;
const keys = Number(count);
const hot = 1000;
const rounds = 2000;

const always: Freshness = { isFresh: () => true, epoch: () => 0, subscribe: () => () => {} };

/** A separate copy of a text, as a database driver gives it. */
function text<Text extends string>(value: Text): Text {
  return Buffer.from(value).toString() as Text;
}

/** Records as of 100 organizations with 300 members; half the keys are scoped, half expire. */
function ordinary(n: number): KeyRecord {
  const organization = `org_2abcdefghijklmnopqrstuv${n % 100}`;
  return {
    id: text(`key_01J${String(n).padStart(23, '0')}`),
    dialect: text('reporisk'),
    environment: text('live'),
    label: text(`Deploy pipeline ${n % 1000}`),
    preview: `${text('rrk_live_')}${text('AbCd')}••••${text(String(n % 10_000).padStart(4, '0'))}`,
    organization: { id: text(organization), name: text(`Acme ${n % 100}`), tier: 3 },
    subOrg: n % 2 === 0 ? { id: n % 50, active: true } : null,
    owner: { kind: 'member', id: text(`user_2abcdefghijklmnopqrst${n % 300}`), role: 'admin' },
    projectId: null,
    scopes: n % 3 === 0 ? null : [text('repos:read'), text('repos:analyze')],
    ipAllowList: null,
    rateLimit: null,
    disabled: false,
    expiresAt: n % 2 === 0 ? 1_800_000_000_000 + n : null,
    revokedAt: null,
    secretExpiresAt: null,
  };
}

const hex = (n: number) => n.toString(16).padStart(4, '0');

/** Blocks of one key alone, parsed as the database gives them. */
function blocks(n: number, size: number, block: (i: number) => string): string[] {
  return JSON.parse(JSON.stringify(Array.from({ length: size }, (_, i) => block(n * size + i))));
}

const v4 = (i: number) => `${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}.0/24`;
const v6 = (i: number) => `2001:db8:${hex(i >> 16)}:${hex(i & 0xffff)}:1:2:3:4/128`;

/** The unusual shapes of a record. */
const shapes: Readonly<Record<string, (n: number) => Partial<KeyRecord>>> = {
  ordinary: () => ({}),
  'one IPv4 block': (n) => ({ ipAllowList: blocks(n, 1, v4) }),
  'one IPv6 block': (n) => ({ ipAllowList: blocks(n, 1, v6) }),
  '100 IPv4 blocks': (n) => ({ ipAllowList: blocks(n, 100, v4) }),
  '100 IPv6 blocks': (n) => ({ ipAllowList: blocks(n, 100, v6) }),
  '100 IPv6 blocks of 50 keys': (n) => ({ ipAllowList: blocks(n % 50, 100, v6) }),
  'long labels': (n) => ({ label: text(`${n} ${'ключ '.repeat(200)}`) }),
  'many scopes': (n) => ({ scopes: blocks(n, 64, (i) => `noun${i}:read`) }),
  'parts of its own': (n) => ({
    organization: { id: text(`org_${n}`), name: text(`Organization ${n}`), tier: 3 },
    subOrg: { id: n, active: true },
    owner: { kind: 'member', id: text(`user_${n}`), role: 'admin' },
    rateLimit: { limit: n, windowSeconds: 60 },
  }),
  'texts cut out of larger ones': (n) => {
    const row = text(`label of the key ${n}, and its row: ${'x'.repeat(2000)}`);
    return { label: row.slice(0, 30) };
  },
};

const unusual = shapes[shape];
if (unusual === undefined) throw new Error(`no such shape: ${shape}`);

/** As a verifier reads it. */
function recordOf(n: number): KeyRecord {
  return readStoredKey({ record: { ...ordinary(n), ...unusual?.(n) }, seal: null }).record;
}

function digestOf(n: number): string {
  return hash('sha256', `key ${n}`);
}

function memory(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const before = memory();
const cache = createCoherentCache<never>({
  freshness: always,
  maxEntries: keys,
  maxBytes: Number(bound),
});
const empty = memory();
for (let n = 0; n < keys; n++) {
  const key = cache.lookUp(digestOf(n), () => ({ key: recordOf(n) }));
  if (key instanceof Promise) throw new Error('a lookup was not answered at once');
  // A verification reads the list, and keeps the parsed form.
  if (key.ipAllowList !== null) addressAllowed(key.ipAllowList, '192.0.2.1');
}
const after = memory();
const { entries, bytes: counted } = cache.counters();
const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(2);

const digests = Array.from({ length: hot }, (_, i) => digestOf(keys - 1 - i));
const missed = () => {
  throw new Error('a warm key was looked up');
};
let fastest = Number.POSITIVE_INFINITY;
if (bound === unbounded) {
  for (let pass = 0; pass < 5; pass++) {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) {
      for (const digest of digests) if (cache.peek(digest) === undefined) missed();
    }
    fastest = Math.min(fastest, performance.now() - start);
  }
}

console.log(`keys cached           ${entries}`);
console.log(`bytes per key         ${((after - before) / entries).toFixed(0)}`);
console.log(`MiB used              ${mebibytes(after - empty)}`);
console.log(`MiB counted           ${mebibytes(counted)}`);
console.log(`counted ÷ used        ${(counted / (after - empty)).toFixed(2)}`);
console.log(`nanoseconds per hit   ${((fastest * 1e6) / (rounds * hot)).toFixed(0)}`);
