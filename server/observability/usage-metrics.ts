import type { UsageCounters, UsageRecorder } from '../usage/usage-recorder.ts';
import type { Metric } from './metrics.ts';

const counters: readonly (readonly [keyof UsageCounters, string])[] = [
  ['recorded', 'Calls taken in'],
  ['shed', 'Calls lost: the buffer was full, or the database refused them'],
  ['flushed', 'Calls stored'],
  ['failures', 'Failed attempts to store calls'],
];

/** A recorder's counters as metrics. */
export function usageMetrics(recorder: UsageRecorder): Metric[] {
  return [
    ...counters.map(([name, help]) => ({
      name: `usage_${name}_total`,
      help,
      kind: 'counter' as const,
      read: () => recorder.counters()[name],
    })),
    {
      name: 'usage_pending',
      help: 'Calls that wait to be stored',
      kind: 'gauge',
      read: () => recorder.counters().pending,
    },
  ];
}
