import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startChild } from '../../processes/child-process.ts';
import { serverProcess } from '../../support/server-process.ts';
import type { BareCommands } from '../bare-app.ts';
import { median } from '../compare.ts';
import { atLeast, type Metric, rounded, type Section } from '../figure.ts';
import type { LoadCommands, LoadTarget } from '../load.ts';
import { processorTime } from '../processor-time.ts';

/** Rows that a list answers with. */
const rows = 51;
const rounds = 9;
const round = { milliseconds: 1_000, connections: 16 };
const org = 'org_demo_acme';

const url = 'https://git.example.com/acme/app-0';

/** The calls, and their least ratios; submissions last, because their scans go on in the background. */
const calls: readonly Call[] = [
  { path: '/api/v1/key', as: 'key', target: 0.6 },
  { path: `/api/v1/repos?limit=${rows}`, as: 'key', target: 0.5 },
  { path: `/api/v1/settings/api-keys?limit=${rows}`, as: 'session', target: 0.3 },
  { path: '/api/v1/repos/analyze', as: 'key', target: 0.5, json: JSON.stringify({ url }) },
];

interface Call {
  readonly path: string;
  readonly as: 'key' | 'session';
  readonly target: number;
  readonly json?: string;
}

/**
 * Requests per second of the product as a process, under a load that does not pause: use is stored and
 * every request is logged inside the measured time. Beside it, a bare app that answers the same rows
 * by one prepared statement, without a credential. Rounds in turns, each pair in the other order.
 */
export const requests: Section = async () => {
  await using resources = new AsyncDisposableStack();
  const off = { PLATFORM_RATE_LIMIT: 'off', FAILED_AUTH_RATE_LIMIT: 'off' };
  const server = resources.use(await serverProcess(off));
  const { session, key } = await fill(server);
  const child = resources.use(startChild<BareCommands>('../bench/bare-app.ts', {}));
  const path = join(server.folder, '.data', 'reporisk.db');
  const bare = await child.ask('start', { path, org });
  const load = resources.use(startChild<LoadCommands>('../bench/load.ts', {}));
  const figures: Metric[] = [];
  for (const call of calls) {
    const headers = { Authorization: `Bearer ${call.as === 'key' ? key : session}` };
    const [ours, theirs] = [Number(new URL(server.url).port), bare.port].map(
      (port): LoadTarget => ({ port, ...call, headers }),
    );
    if (ours === undefined || theirs === undefined) throw new Error('two servers are compared');
    const pidOf = (target: LoadTarget) => (target === ours ? server.pid : bare.pid);
    const measure = async (target: LoadTarget): Promise<Load> => {
      const before = processorTime(pidOf(target));
      const loaded = await load.ask('load', { ...target, ...round });
      const after = processorTime(pidOf(target));
      const used = before === null || after === null ? Number.NaN : after - before;
      return { ...loaded, processor: (used / loaded.perSecond) * (1_000 / round.milliseconds) };
    };
    await measure(ours);
    await measure(theirs);
    const measured: { readonly ratio: number; readonly ours: Load; readonly theirs: Load }[] = [];
    for (let pair = 0; pair < rounds; pair++) {
      const inOrder = pair % 2 === 0;
      const first = await measure(inOrder ? ours : theirs);
      const second = await measure(inOrder ? theirs : ours);
      const [mine, other] = inOrder ? [first, second] : [second, first];
      measured.push({ ratio: mine.perSecond / other.perSecond, ours: mine, theirs: other });
    }
    const of = (read: (load: Load) => number, side: 'ours' | 'theirs') =>
      rounded(median(measured.map((each) => read(each[side]))));
    figures.push(
      atLeast(call.target, {
        what: `\`${call.json === undefined ? 'GET' : 'POST'} ${call.path}\` ÷ a bare app that asks for no credential, SQLite`,
        value: median(measured.map(({ ratio }) => ratio)),
        absolute:
          `${of(perSecond, 'ours')} ÷ ${of(perSecond, 'theirs')} requests/s; ` +
          `${of(processor, 'ours')} ÷ ${of(processor, 'theirs')} µs of processor each; ` +
          `ours p50 ${of((each) => each.p50, 'ours')} ms, p99 ${of((each) => each.p99, 'ours')} ms`,
      }),
    );
  }
  return figures;
};

/** A round, and the microseconds of processor that the server used per request. */
type Load = Awaited<ReturnType<LoadCommands['load']>> & { readonly processor: number };

const perSecond = (load: Load) => load.perSecond;
const processor = (load: Load) => load.processor;

/** Makes a sandbox key, as many repositories and keys as a list shows, and a session. */
async function fill(server: Awaited<ReturnType<typeof serverProcess>>) {
  const session = await server.token('parent-admin');
  const post = async (path: string, credential: string, body: object) => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<{ raw_key: string }>;
  };
  const keys = '/api/v1/settings/api-keys';
  const { raw_key: key } = await post(keys, session, { label: 'Load', environment: 'test' });
  for (let n = 0; n < rows; n++) {
    await post('/api/v1/repos/analyze', key, { url: `https://git.example.com/acme/app-${n}` });
    await post(keys, session, { label: `Pipeline ${n}` });
  }
  // The scans of the repositories would be measured with the requests.
  const headers = { authorization: `Bearer ${session}` };
  for (let isOver = false; !isOver; ) {
    // Asked without a pause, the server would do its scans more slowly.
    await setTimeout(200);
    const open = await Promise.all(
      ['queued', 'running'].map(async (status) => {
        const path = `/api/v1/settings/jobs?environment=test&limit=1&status=${status}`;
        const response = await fetch(server.url + path, { headers });
        return ((await response.json()) as { items: unknown[] }).items.length;
      }),
    );
    isOver = open.every((count) => count === 0);
  }
  return { session, key };
}
