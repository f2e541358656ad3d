import { connectCalls, parentChannel } from '../ipc/calls.ts';
import type { MetricValues } from '../observability/metrics.ts';
import type { Windows } from '../rate-limits/windows.ts';
import type { ParentCalls, Role, WorkerCalls } from './messages.ts';

/** A worker's connection to its siblings, through the parent process. */
export interface Siblings extends Role {
  /** The parent's windows: one set of limits for all workers. */
  readonly windows: Windows;
  /** Gives the parent this worker's metrics, and gets those of all. */
  readonly metrics: {
    offer(read: () => Promise<MetricValues>): void;
    ofAll(): Promise<readonly MetricValues[]>;
  };
  /** Reports that this worker accepts connections. */
  ready(url: string): Promise<unknown>;
}

/** Connects this process, a worker, to its parent. */
export async function joinSiblings(): Promise<Siblings> {
  let read: () => Promise<MetricValues> = async () => [];
  const call = connectCalls<ParentCalls, WorkerCalls>(parentChannel, { metrics: () => read() });
  return {
    ...(await call('role', null)),
    windows: {
      take: (name, limit) => call('take', { name, limit }),
      giveBack: async (name, taken) => void (await call('giveBack', { name, taken })),
    },
    metrics: {
      offer(reading) {
        read = reading;
      },
      ofAll: () => call('allMetrics', null),
    },
    ready: (url) => call('ready', { url }),
  };
}
