import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Hono } from 'hono';
import { type KeyRecord, type Outcome, secureRandom } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { noteKey, recordCall } from '../../../server/rest/record-usage.ts';
import { type AppEnvironment, beginExchange } from '../../../server/rest/request-context.ts';
import { openVerifier } from '../../../server/store.ts';
import type { KeyCall } from '../../../server/usage/key-call.ts';
import { createUsageRecorder, type UsageRecorder } from '../../../server/usage/usage-recorder.ts';
import { createUsageStore } from '../../../server/usage/usage-store.ts';
import { type Comparison, compare } from '../compare.ts';
import { atLeast, atMost, duration, type Metric, reference, type Section } from '../figure.ts';
import { bare, type Kind, kinds, populated, request, serverSecret } from '../population.ts';

const keysInUse = 1000;
const calls = 200_000;

/**
 * The cost of recording a call on top of a verification, and the rate at which calls are stored.
 */
export const usage: Section = async () => {
  const figures = [usageOf(await recording(null)), await refusedAttempts(), await middleware()];
  for (const kind of kinds) figures.push(await ingest(kind));
  return figures;
};

/** A recorder whose buffer never fills, and whose calls go nowhere. */
function discarding(): UsageRecorder {
  return createUsageRecorder({
    store: { batchSize: 100_000, ingest: async () => {}, ingestRefused: async () => {} },
    capacity: 1_000_000,
    every: (_milliseconds, run) => {
      const timer = setInterval(run, 1);
      return () => clearInterval(timer);
    },
    onError: (error) => console.error(error),
  });
}

/** Nanoseconds that recording a call takes, and a warm verification beside it. */
async function recording(refused: KeyCall['refused']): Promise<Comparison> {
  await using database = await populated('SQLite', keysInUse);
  const { keys, url } = database;
  await using verifier = await openVerifier({ databaseUrl: url, serverSecret, ...bare });
  await using recorder = discarding();
  const records = await Promise.all(
    keys.map(async (key) => {
      const outcome = await verifier.verify(key, request);
      if (!outcome.ok) throw new Error('a key was refused');
      return outcome.key;
    }),
  );
  const record = (n: number) => {
    const started = performance.now();
    recorder.record({ ...callOf(records[n % keysInUse] ?? someKey, started), refused });
  };
  // Measured separately: the difference of two sums would be lost in the noise of the machine.
  const compared = await compare(record, (n) =>
    verifier.verify(keys[n % keysInUse] ?? '', request),
  );
  if (recorder.counters().shed > 0) throw new Error('the buffer was full');
  return compared;
}

function usageOf({ ours, reference }: Comparison): Metric {
  return atMost(0.5, {
    what: 'recording usage, beside a warm verification',
    value: ours / 1000,
    absolute: `${duration(ours)}; a verification ${duration(reference)}`,
    unit: ' µs',
  });
}

/** The cost to all other work of a thousand refused attempts a second with one key. */
async function refusedAttempts(): Promise<Metric> {
  const { ours } = await recording({ reason: 'revoked', preview: someKey.preview });
  return atMost(5, {
    what: 'recording 1,000 refused attempts a second, of one core',
    value: (ours * 1000) / 1e7,
    absolute: `${duration(ours)} each`,
    unit: ' %',
  });
}

/** Microseconds, by the ratio of each pair of rounds: other load on the machine cancels out. */
function added({ ratio, reference }: Comparison): number {
  return ((ratio - 1) * reference) / 1000;
}

function callOf(key: KeyRecord, started: number): KeyCall {
  return {
    at: Date.now(),
    keyId: key.id,
    orgId: key.organization.id,
    endpoint: '/api/v1/key',
    method: 'GET',
    statusCode: 200,
    durationMs: performance.now() - started,
    requestId: 'req_01J00000000000000000000000',
    ipAddress: '203.0.113.9',
    userAgent: 'curl/8.4',
    scope: 'repos:read',
    refused: null,
    retiresAt: key.secretExpiresAt,
  };
}

/** The same with everything that the web framework does around it. */
async function middleware(): Promise<Metric> {
  await using recorder = discarding();
  const outcome: Outcome = { ok: true, key: someKey };
  const app = (records: boolean) => {
    const app = new Hono<AppEnvironment>();
    // A middleware that does nothing: without any, the framework takes a shorter path.
    app.use((_, next) => next());
    if (records) {
      app.use(async (c, next) => {
        const started = performance.now();
        await next();
        recordCall(c.env.exchange, c.res, recorder, {
          at: Date.now(),
          durationMs: performance.now() - started,
        });
      });
    }
    return app.get('/api/v1/key', (c) => {
      if (records) noteKey(c.env.exchange, outcome, '/api/v1/key', null);
      return c.body(null, 204);
    });
  };
  const recorded = app(true);
  const bare = app(false);
  const headers = { 'user-agent': 'curl/8.4' };
  const sent = new Request('http://127.0.0.1/api/v1/key', { headers });
  const incoming = new IncomingMessage(new Socket());
  const options = { trustedProxies: [], idRandomness: secureRandom, now: 0 };
  const bindings = () => ({ exchange: beginExchange(sent, incoming, options) });
  const compared = await compare(
    () => recorded.fetch(sent, bindings()),
    () => bare.fetch(sent, bindings()),
    { awaits: true },
  );
  return reference({
    what: 'the same as a middleware, added to a request',
    value: added(compared),
    absolute: `${duration(compared.ours)} − ${duration(compared.reference)}`,
    unit: ' µs',
  });
}

const someKey: KeyRecord = {
  id: 'key_01ARYZ6S41TSV4RRFFQ69G5FAV',
  dialect: 'reporisk',
  environment: 'live',
  label: 'CI',
  preview: 'rrk_live_AbCd••••JkEW',
  organization: { id: 'org_1', name: 'Acme', tier: 3 },
  subOrg: null,
  owner: { kind: 'member', id: 'user_1', role: 'admin' },
  projectId: null,
  scopes: null,
  ipAllowList: null,
  rateLimit: null,
  disabled: false,
  expiresAt: null,
  revokedAt: null,
  secretExpiresAt: null,
};

/** From the buffer to the commit, ids and sums included, as in the server. */
async function ingest(kind: Kind): Promise<Metric> {
  await using place = await populated(kind, 1);
  await using database = await openAuditedDatabase(place.url);
  await using recorder = createUsageRecorder({
    store: createUsageStore(database),
    capacity: calls,
    every: () => () => {},
    onError: (error) => console.error(error),
  });
  const fill = (count: number) => {
    for (let n = 0; n < count; n++) {
      const key = { ...someKey, id: `key_01J${String(n % keysInUse).padStart(23, '0')}` };
      recorder.record(callOf(key, performance.now()));
    }
  };
  fill(20_000);
  await recorder.flush();
  fill(calls);
  const started = performance.now();
  await recorder.flush();
  const seconds = (performance.now() - started) / 1000;
  if (recorder.counters().flushed !== calls + 20_000) throw new Error('not all was stored');
  return atLeast(50_000, {
    what: `usage stored, ${kind}`,
    value: calls / seconds,
    absolute: `${calls.toLocaleString('en')} calls in ${seconds.toFixed(2)} s`,
    unit: ' calls/s',
  });
}
