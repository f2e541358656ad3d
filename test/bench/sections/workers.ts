import { availableParallelism } from 'node:os';
import { startChild } from '../../processes/child-process.ts';
import { serverProcess } from '../../support/server-process.ts';
import { median } from '../compare.ts';
import { type Metric, reference, rounded, type Section } from '../figure.ts';
import type { LoadCommands } from '../load.ts';

const rounds = 9;
const round = { path: '/api/v1/key', milliseconds: 1_000, connections: 16 };

/** Requests per second with two workers ÷ with one. The load never sleeps: it takes a core. */
export const workers: Section = async (): Promise<readonly Metric[]> => {
  await using resources = new AsyncDisposableStack();
  const start = async (count: string) => {
    const off = { PLATFORM_RATE_LIMIT: 'off', FAILED_AUTH_RATE_LIMIT: 'off', WORKERS: count };
    const server = resources.use(await serverProcess(off));
    const response = await fetch(`${server.url}/api/v1/settings/api-keys`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await server.token('parent-admin')}`,
        'content-type': 'application/json',
      },
      body: '{"label":"Load"}',
    });
    const { raw_key: key } = (await response.json()) as { readonly raw_key: string };
    return { port: Number(new URL(server.url).port), headers: { Authorization: `Bearer ${key}` } };
  };
  const one = await start('1');
  const two = await start('2');
  const load = resources.use(startChild<LoadCommands>('../bench/load.ts', {}));
  const measure = async (target: typeof one) =>
    (await load.ask('load', { ...target, ...round })).perSecond;
  await measure(one);
  await measure(two);
  const pairs: { readonly one: number; readonly two: number }[] = [];
  for (let pair = 0; pair < rounds; pair++) {
    const first = await measure(pair % 2 === 0 ? one : two);
    const second = await measure(pair % 2 === 0 ? two : one);
    pairs.push(pair % 2 === 0 ? { one: first, two: second } : { one: second, two: first });
  }
  const of = (read: (pair: (typeof pairs)[number]) => number) => median(pairs.map(read));
  return [
    reference({
      what: '`WORKERS=2` ÷ `WORKERS=1`, `GET /api/v1/key`, SQLite',
      value: of((pair) => pair.two / pair.one),
      absolute:
        `${rounded(of((pair) => pair.two))} ÷ ${rounded(of((pair) => pair.one))} requests/s; ` +
        `the load takes one of ${availableParallelism()} cores`,
    }),
  ];
};
