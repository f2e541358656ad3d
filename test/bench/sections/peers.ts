import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createVerifier, type Outcome } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { createKeyring } from '../../../server/crypto/keyring.ts';
import { nodeHashing } from '../../../server/crypto/node-hashing.ts';
import type { Database } from '../../../server/database/database.ts';
import { coherentVerifier } from '../../../server/store.ts';
import { startChild } from '../../processes/child-process.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';
import { median } from '../compare.ts';
import { atLeast, type Metric, reference, rounded, type Section } from '../figure.ts';
import { areInstalled } from '../installed.ts';
import { populated, request, scheme, serverSecret } from '../population.ts';

const folder = fileURLToPath(new URL('../peers', import.meta.url));
const keyCount = 1000;
const rounds = 15;
const roundLength = 400;

/** The measurement of a side: verifications per second over `milliseconds`. */
type Measure = (milliseconds: number) => Promise<number>;

/**
 * Ours against Better Auth's `verifyApiKey`, in verifications per second: as many keys, each on a
 * SQLite file in WAL mode, both recording when each key was last used.
 */
export const peers: Section = async () => {
  if (!(await areInstalled(folder, 'better-auth'))) return [];
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await sqliteDatabase());
  const peer = resources.use(
    startChild<{ measure: Measure }>('../bench/peers/better-auth.js', {
      path: place.path,
      count: keyCount,
    }),
  );
  const { url, keys } = resources.use(await populated('SQLite', keyCount));
  const database = resources.use(await openAuditedDatabase(url));
  const coherent = resources.use(
    await coherentVerifier(database, { keyring: createKeyring(serverSecret, null) }),
  );
  const uncached = createVerifier({
    store: database.keys,
    schemes: [scheme],
    hashing: nodeHashing,
  });
  const uses = resources.use(lastUses(database));

  const sides: Record<'peer' | 'warm' | 'cold' | 'hash', Measure> = {
    peer: (milliseconds) => peer.ask('measure', milliseconds),
    warm: (milliseconds) => ours(coherent.verify, milliseconds),
    cold: (milliseconds) => ours(uncached.verify, milliseconds),
    hash: (milliseconds) => perSecond((n) => void nodeHashing.sha256(keyOf(n)), milliseconds),
  };
  const keyOf = (n: number) => keys[n % keyCount] ?? '';
  const ours = (verify: typeof coherent.verify, milliseconds: number) =>
    perSecond((n) => {
      const outcome = verify(keyOf(n), request) as Outcome;
      if (!outcome.ok) throw new Error('a key was refused');
      uses.record(outcome.key.id);
    }, milliseconds);

  const measured: Record<keyof typeof sides, number>[] = [];
  for (let round = -1; round < rounds; round++) {
    const figures = { peer: 0, warm: 0, cold: 0, hash: 0 };
    for (const side of Object.keys(sides) as (keyof typeof sides)[]) {
      figures[side] = await sides[side](roundLength);
    }
    // The first warms everything up.
    if (round >= 0) measured.push(figures);
  }
  const of = (side: keyof typeof sides) => median(measured.map((figures) => figures[side]));
  const ratio = (side: keyof typeof sides) =>
    median(measured.map((figures) => figures[side] / figures.peer));
  const figure = (side: 'warm' | 'cold', target: number): Metric =>
    atLeast(target, {
      what: `ours ÷ Better Auth 1.7.5 \`verifyApiKey\`, ${side}`,
      value: ratio(side),
      absolute: `${rounded(of(side))} ÷ ${rounded(of('peer'))} verifications/s`,
    });
  return [
    figure('warm', 500),
    figure('cold', 40),
    reference({
      what: 'one SHA-256 of the key by Node ÷ Better Auth',
      value: ratio('hash'),
      absolute: `${rounded(of('hash'))} ÷ ${rounded(of('peer'))} per second`,
    }),
  ];
};

/** Does something over and over, with room for timers in between: how often per second. */
async function perSecond(work: (n: number) => void, milliseconds: number): Promise<number> {
  const burst = 1000;
  const started = performance.now();
  let done = 0;
  while (performance.now() - started < milliseconds) {
    for (let i = 0; i < burst; i++) work(done++);
    await setImmediate();
  }
  return (done * 1000) / (performance.now() - started);
}

/** Keeps when each key was last used, and stores it every half second, as the server does. */
function lastUses(database: Database) {
  const waiting = new Map<string, number>();
  async function store(): Promise<void> {
    if (waiting.size === 0) return;
    const uses = [...waiting].map(([key, at]) => ({ key, at }));
    waiting.clear();
    await database.transaction((em) =>
      em.execute(
        `insert into key_use (key_id, last_used_at)
         select value ->> 'key', value ->> 'at' from json_each(?) where true
         on conflict (key_id) do update set last_used_at = excluded.last_used_at`,
        [JSON.stringify(uses)],
      ),
    );
  }
  const timer = setInterval(store, 500);
  return {
    record: (keyId: string) => void waiting.set(keyId, Date.now()),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await store();
    },
  };
}
