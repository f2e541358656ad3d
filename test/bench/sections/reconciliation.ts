import { setTimeout } from 'node:timers/promises';
import { startChild } from '../../processes/child-process.ts';
import { startPostgres } from '../../support/postgres-process.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';
import { atMost, type Metric, rounded, type Section } from '../figure.ts';
import type { Kind } from '../population.ts';
import { kinds } from '../population.ts';
import type { ReconcilingCommands } from '../reconciling-server.ts';

const members = Number(process.env.CLERK_MEMBERS ?? 100_000);

/**
 * The first reconciliation of a large organization in a server process, while another process makes
 * keys in the same organization.
 */
export const reconciliation: Section = async () => {
  const figures: Metric[] = [];
  for (const kind of kinds) figures.push(...(await firstReconciliation(kind)));
  return figures;
};

async function firstReconciliation(kind: Kind): Promise<readonly Metric[]> {
  await using resources = new AsyncDisposableStack();
  const databaseUrl =
    kind === 'SQLite'
      ? resources.use(await sqliteDatabase()).url
      : `${resources.use(await startPostgres()).url}/postgres`;
  const program = '../bench/reconciling-server.ts';
  const server = resources.use(startChild<ReconcilingCommands>(program, {}));
  const { url } = await server.ask('start', { databaseUrl });
  const create = async () => {
    const session = await server.ask('token', undefined);
    const started = performance.now();
    const response = await fetch(`${url}/api/v1/settings/api-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      body: '{"label":"CI"}',
    });
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    return performance.now() - started;
  };
  for (let warm = 0; warm < 20; warm++) await create();

  let isOver = false;
  const reconciled = server.ask('reconcile', { members }).finally(() => {
    isOver = true;
  });
  const createThroughout = async () => {
    const times: number[] = [];
    while (!isOver) {
      times.push(await create());
      await setTimeout(20);
    }
    return times;
  };
  const [{ seconds, turnMs, delayMs }, times] = await Promise.all([reconciled, createThroughout()]);
  const p99 = times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0;
  const of = `the first reconciliation of ${members.toLocaleString('en')} members, ${kind}`;
  return [
    atMost(100, {
      what: `creating a key during ${of}, p99`,
      value: p99,
      unit: ' ms',
      absolute: `${times.length} keys in ${rounded(seconds)} s`,
    }),
    atMost(50, {
      what: `the longest turn of the event loop during ${of}`,
      value: turnMs,
      unit: ' ms',
      absolute: `processor time; delay of the loop at p99.9 ${rounded(delayMs)} ms`,
    }),
  ];
}
