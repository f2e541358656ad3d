import type { RateLimit } from '../../core/mod.ts';
import type { MetricValues } from '../observability/metrics.ts';
import type { Taken } from '../rate-limits/windows.ts';

/** The part that a worker gets from the parent process before it starts. */
export interface Role {
  /** Whether it does the background work: one worker of all. */
  readonly hasBackground: boolean;
  /** The private key that signs the demo's sessions, PEM; a token is valid in each worker. */
  readonly demoKey: string;
}

/** A worker's requests to the parent process, by name: argument and answer. */
export interface ParentCalls {
  readonly role: [argument: null, answer: Role];
  /** Reports that it accepts connections. */
  readonly ready: [argument: { readonly url: string }, answer: null];
  readonly take: [argument: { readonly name: string; readonly limit: RateLimit }, answer: Taken];
  readonly giveBack: [argument: { readonly name: string; readonly taken: Taken }, answer: null];
  /** The metrics of every worker that answers in time. */
  readonly allMetrics: [argument: null, answer: readonly MetricValues[]];
}

/** The parent's requests to a worker. */
export interface WorkerCalls {
  readonly metrics: [argument: null, answer: MetricValues];
}
