import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome, Verifier, VerifyRequest } from '../../core/mod.ts';
import type { Coherence } from '../database/coherence.ts';
import type { Outages } from '../database/outages.ts';

/** A metric that another part of the server keeps, read when Prometheus asks. */
export interface Metric {
  /** The metric's name without `reporisk_`. */
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  /** The value of several processes of one start; their sum when absent. */
  readonly ofSeveral?: 'min' | 'max';
  read(): number;
}

/** The values of one process's metrics, which another can sum up. */
export type MetricValues = readonly object[];

/** The metrics of one server. */
export interface Metrics {
  /** The verifier, each outcome counted. */
  readonly verifier: Verifier;
  /** The wait until a change is propagated, timed. */
  propagated(): Promise<void>;
  /** Adds metrics of other parts. */
  add(figures: readonly Metric[]): void;
  /** Everything in Prometheus's text format. */
  text(): Promise<string>;
  /** The values, for another process of the same start. */
  values(): Promise<MetricValues>;
}

/** The metrics of several processes as one, in Prometheus's text format. */
export function textOfAll(processes: readonly MetricValues[]): Promise<string> {
  return AggregatorRegistry.aggregate([...processes]).metrics();
}

/** Seconds; a revocation takes milliseconds, or a lease when a process does not respond. */
const waits = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * Counts around a verifier and its coherence. A verification costs one addition; everything else is
 * computed when Prometheus asks.
 */
export function createMetrics(verifier: Verifier, coherence: Coherence, outages: Outages): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const byOutcome: Record<string, number> = {};
  new Counter({
    name: 'reporisk_verifications_total',
    help: 'Verifications by outcome: accepted, or why refused',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(byOutcome)) this.inc({ outcome }, count);
    },
  });
  new Counter({
    name: 'reporisk_database_unavailable_total',
    help: 'Failures because the database could not be asked, by SQLSTATE, SQLite code or socket error',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const [code, count] of outages.counts()) this.inc({ code }, count);
    },
  });
  const wait = new Histogram({
    name: 'reporisk_revocation_wait_seconds',
    help: 'How long answers of management, revocations among them, waited until they held everywhere',
    buckets: waits,
    registers,
  });

  function count(outcome: Outcome): Outcome {
    const name = outcome.ok ? 'accepted' : outcome.reason;
    byOutcome[name] = (byOutcome[name] ?? 0) + 1;
    return outcome;
  }

  function add(figures: readonly Metric[]): void {
    for (const { name, help, kind, ofSeveral: aggregator = 'sum', read } of figures) {
      const options = { name: `reporisk_${name}`, help, registers, aggregator } as const;
      if (kind === 'gauge') {
        new Gauge({
          ...options,
          collect() {
            this.set(read());
          },
        });
      } else {
        new Counter({
          ...options,
          collect() {
            this.reset();
            this.inc(read());
          },
        });
      }
    }
  }

  add(cacheFigures(verifier));
  add(leaseFigures(coherence));
  return {
    verifier: {
      extraScopes: verifier.extraScopes,
      verify(key: string, request?: VerifyRequest) {
        const outcome = verifier.verify(key, request);
        return outcome instanceof Promise ? outcome.then(count) : count(outcome);
      },
      cacheCounters: () => verifier.cacheCounters(),
    },
    async propagated() {
      const end = wait.startTimer();
      await coherence.propagated();
      end();
    },
    add,
    text: () => registry.metrics(),
    values: () => registry.getMetricsAsJSON(),
  };
}

function cacheFigures(verifier: Verifier): Metric[] {
  const counters = [
    ['hits', 'Verifications answered from the cache'],
    ['misses', 'Lookups made'],
    ['joins', 'Verifications that waited for a lookup under way'],
    ['taints', 'Lookups overtaken by a change'],
    ['evictions', 'Keys pushed out of the cache'],
  ] as const;
  const gauges = [
    ['entries', 'Keys in the cache'],
    ['absent', 'Absent keys in the cache'],
    ['bytes', 'Bytes that cached keys take, estimated'],
  ] as const;
  return [
    ...counters.map(([name, help]) => ({
      name: `cache_${name}_total`,
      help,
      kind: 'counter' as const,
      read: () => verifier.cacheCounters()?.[name] ?? 0,
    })),
    ...gauges.map(([name, help]) => ({
      name: `cache_${name}`,
      help,
      kind: 'gauge' as const,
      read: () => verifier.cacheCounters()?.[name] ?? 0,
    })),
  ];
}

function leaseFigures({ freshness }: Coherence): Metric[] {
  return [
    {
      name: 'lease_current',
      help: '1 while this process may answer from its cache; of several workers, the least',
      kind: 'gauge',
      ofSeveral: 'min',
      read: () => (freshness.isFresh() ? 1 : 0),
    },
    {
      name: 'lease_epoch',
      help: 'The newest change that this process has applied; of several workers, the least',
      kind: 'gauge',
      ofSeveral: 'min',
      read: () => freshness.epoch(),
    },
  ];
}
