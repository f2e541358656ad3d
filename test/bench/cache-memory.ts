/**
 * Prints what a cached key costs in memory, everything included, and what a hit costs in time.
 *
 *     node --expose-gc test/bench/cache-memory.ts [keys]
 *
 * @module
 */
import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createCoherentCache } from '../../core/cache/coherent-cache.ts';
import type { Currency } from '../../core/cache/currency.ts';
import type { KeyRecord } from '../../core/store/key-store.ts';

const keys = Number(process.argv[2] ?? 100_000);
const hot = 1000;
const rounds = 2000;

const always: Currency = { isCurrent: () => true, epoch: () => 0, subscribe: () => () => {} };

/** A text of its own, as a database driver gives it. */
function text<Text extends string>(value: Text): Text {
  return Buffer.from(value).toString() as Text;
}

/** Records as of 100 organizations with 300 members; half the keys are scoped, half expire. */
function recordOf(n: number): KeyRecord {
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
    scopes: n % 3 === 0 ? null : [text('repos:read'), text('repos:analyze')],
    ipAllowList: null,
    rateLimit: null,
    disabled: false,
    expiresAt: n % 2 === 0 ? 1_800_000_000_000 + n : null,
    revokedAt: null,
    secretExpiresAt: null,
  };
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
  currency: always,
  maxEntries: keys,
  maxBytes: Number.MAX_SAFE_INTEGER,
});
for (let n = 0; n < keys; n++) cache.lookUp(digestOf(n), () => ({ key: recordOf(n) }));
const bytes = memory() - before;
const { entries, bytes: estimate } = cache.counters();

const digests = Array.from({ length: hot }, (_, i) => digestOf(Math.floor((i * keys) / hot)));
const missed = () => {
  throw new Error('a warm key was looked up');
};
let fastest = Number.POSITIVE_INFINITY;
for (let pass = 0; pass < 5; pass++) {
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (const digest of digests) if (cache.peek(digest) === undefined) missed();
  }
  fastest = Math.min(fastest, performance.now() - start);
}

console.log(`keys cached           ${entries}`);
console.log(`bytes per key         ${(bytes / entries).toFixed(0)}`);
console.log(`estimated per key     ${(estimate / entries).toFixed(0)}`);
console.log(`nanoseconds per hit   ${((fastest * 1e6) / (rounds * hot)).toFixed(0)}`);
