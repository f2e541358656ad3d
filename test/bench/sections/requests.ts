import { setTimeout } from 'node:timers/promises';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { startChild } from '../../processes/child-process.ts';
import { fillOrganization } from '../../support/filled-organization.ts';
import { startPostgres } from '../../support/postgres-process.ts';
import { serverProcess } from '../../support/server-process.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';
import type { BareCommands } from '../bare-app.ts';
import { median } from '../compare.ts';
import { atLeast, type Metric, reference, rounded, type Section } from '../figure.ts';
import type { LoadCommands, LoadTarget } from '../load.ts';
import { type Kind, kinds } from '../population.ts';
import { processorTime } from '../processor-time.ts';

/** Rows that a list answers with. */
const rows = 51;
const rounds = 7;
const round = { milliseconds: 1_000, connections: 16 };
const org = 'org_demo_acme';

const settings = '/api/v1/settings';

/** A call that is sent over and over. */
interface Call {
  readonly path: string;
  readonly as: 'key' | 'session';
  readonly json?: string;
}

/** A call that a bare app answers too, and the least ratio, on SQLite. */
interface Compared extends Call {
  readonly target: number;
}

const compared: readonly Compared[] = [
  { path: '/api/v1/key', as: 'key', target: 0.6 },
  { path: `/api/v1/repos?limit=${rows}`, as: 'key', target: 0.5 },
  { path: `${settings}/api-keys?limit=${rows}`, as: 'session', target: 0.3 },
];

/** A submission; last, because its scans go on in the background. */
const submission: Compared = {
  ...{ path: '/api/v1/repos/analyze', as: 'key', target: 0.5 },
  json: JSON.stringify({ url: 'https://git.example.com/acme/app-0' }),
};

/** The other calls of keys and of admins, a page of each list. */
const others = ({ repo, job }: Filled): readonly Call[] => [
  { path: '/auth/verify?scope=repos:read', as: 'key' },
  { path: `/api/v1/repos/${repo}`, as: 'key' },
  { path: `/api/v1/repos/${repo}/report`, as: 'key' },
  { path: `/api/v1/jobs/${job}`, as: 'key' },
  { path: `${settings}/session`, as: 'session' },
  { path: `${settings}/api-keys/attention`, as: 'session' },
  { path: `${settings}/jobs?environment=test&limit=${rows}`, as: 'session' },
  { path: `${settings}/audit-log?limit=${rows}`, as: 'session' },
];

const keyCount = 100_000;

/** Pages of an organization with very many keys. */
const ofMany: readonly Call[] = ['', '&sort=label', '&status=active', '&search=pipeline'].map(
  (query) => ({ path: `${settings}/api-keys?limit=${rows}${query}`, as: 'session' }),
);

/**
 * Requests per second of the product as a process, under a load that does not pause: use is stored and
 * every request is logged inside the measured time. Beside it, a bare app that answers the same rows
 * by one prepared statement, without a credential. Rounds in turns, each pair in the other order.
 */
export const requests: Section = async () => {
  const figures: Metric[] = [];
  for (const kind of kinds) {
    await using resources = new AsyncDisposableStack();
    const databaseUrl = await place(kind, resources);
    const off = { PLATFORM_RATE_LIMIT: 'off', FAILED_AUTH_RATE_LIMIT: 'off' };
    const env = { ...off, FORWARD_AUTH_ENVIRONMENTS: 'live,test', DATABASE_URL: databaseUrl };
    const server = resources.use(await serverProcess(env));
    const filled = await fill(server);
    const child = resources.use(startChild<BareCommands>('../bench/bare-app.ts', {}));
    const bare = await child.ask('start', { databaseUrl, org });
    const load = resources.use(startChild<LoadCommands>('../bench/load.ts', {}));
    const send = async (call: Call, to: Pick<typeof bare, 'port' | 'pid'>): Promise<Load> => {
      const headers = { Authorization: `Bearer ${filled[call.as]}` };
      const target: LoadTarget = { port: to.port, ...call, headers };
      const before = processorTime(to.pid);
      const loaded = await load.ask('load', { ...target, ...round });
      const after = processorTime(to.pid);
      const used = before === null || after === null ? Number.NaN : after - before;
      return { ...loaded, processor: (used / loaded.perSecond) * (1_000 / round.milliseconds) };
    };
    const ours = { port: Number(new URL(server.url).port), pid: server.pid };
    const compare = async (call: Compared) => {
      await send(call, ours);
      await send(call, bare);
      const pairs: Pair[] = [];
      for (let pair = 0; pair < rounds; pair++) {
        const isFirst = pair % 2 === 0;
        const first = await send(call, isFirst ? ours : bare);
        const second = await send(call, isFirst ? bare : ours);
        pairs.push(isFirst ? { ours: first, bare: second } : { ours: second, bare: first });
      }
      figures.push(comparison(kind, call, pairs));
    };
    const alone = async (call: Call, what = '') => {
      await send(call, ours);
      const loads = [await send(call, ours), await send(call, ours), await send(call, ours)];
      figures.push(measurement(`${named(kind, call)}${what}`, loads));
    };
    for (const call of compared) await compare(call);
    for (const call of others(filled)) await alone(call);
    {
      await using database = await openAuditedDatabase(databaseUrl);
      await fillOrganization(database, keyCount, Date.now());
    }
    for (const call of ofMany) await alone(call, `, of ${keyCount.toLocaleString('en')} keys`);
    await compare(submission);
  }
  return figures;
};

async function place(kind: Kind, resources: AsyncDisposableStack): Promise<string> {
  if (kind === 'SQLite') return resources.use(await sqliteDatabase()).url;
  return `${resources.use(await startPostgres()).url}/postgres`;
}

/** A round, and the microseconds of processor that the server used per request. */
type Load = Awaited<ReturnType<LoadCommands['load']>> & { readonly processor: number };

interface Pair {
  readonly ours: Load;
  readonly bare: Load;
}

const perSecond = (load: Load) => load.perSecond;
const processor = (load: Load) => load.processor;
const middle = (loads: readonly Load[], read: (load: Load) => number) =>
  rounded(median(loads.map(read)));
const durations = (loads: readonly Load[]) =>
  `p50 ${middle(loads, ({ p50 }) => p50)} ms, p99 ${middle(loads, ({ p99 }) => p99)} ms`;

const named = (kind: Kind, { path, json }: Call) =>
  `${kind}: \`${json === undefined ? 'GET' : 'POST'} ${path.replace(/\w*\d{3,}\w*/, '…')}\``;

function comparison(kind: Kind, call: Compared, pairs: readonly Pair[]): Metric {
  const [ours, bare] = [pairs.map((pair) => pair.ours), pairs.map((pair) => pair.bare)];
  const figure = {
    what: `${named(kind, call)} ÷ a bare app that asks for no credential`,
    value: median(pairs.map((pair) => pair.ours.perSecond / pair.bare.perSecond)),
    absolute:
      `${middle(ours, perSecond)} ÷ ${middle(bare, perSecond)} requests/s; ` +
      `${middle(ours, processor)} ÷ ${middle(bare, processor)} µs of processor each; ` +
      `ours ${durations(ours)}`,
  };
  return kind === 'SQLite' ? atLeast(call.target, figure) : reference(figure);
}

function measurement(what: string, loads: readonly Load[]): Metric {
  return reference({
    ...{ what, value: median(loads.map(perSecond)), unit: ' requests/s' },
    absolute: `${middle(loads, processor)} µs of processor each; ${durations(loads)}`,
  });
}

/** What the calls need. */
interface Filled {
  readonly session: string;
  /** Of the sandbox. */
  readonly key: string;
  /** A scanned repository, and the job of its scan. */
  readonly repo: number;
  readonly job: string;
}

/** Makes a sandbox key, as many repositories and keys as a list shows, and a session. */
async function fill(server: Awaited<ReturnType<typeof serverProcess>>): Promise<Filled> {
  const session = await server.token('parent-admin');
  const post = async <Answer>(path: string, credential: string, body: object) => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const keys = `${settings}/api-keys`;
  const load = { label: 'Load', environment: 'test' };
  const { raw_key: key } = await post<{ raw_key: string }>(keys, session, load);
  let [repo, job] = [0, ''];
  for (let n = 0; n < rows; n++) {
    const app = { url: `https://git.example.com/acme/app-${n}` };
    const submitted = await post<{ repo_id: number; job_id: string }>(submission.path, key, app);
    [repo, job] = [submitted.repo_id, submitted.job_id];
    await post(keys, session, { label: `Pipeline ${n}` });
  }
  // The scans of the repositories would be measured with the requests.
  const headers = { authorization: `Bearer ${session}` };
  for (let isOver = false; !isOver; ) {
    // Asked without a pause, the server would do its scans more slowly.
    await setTimeout(200);
    const open = await Promise.all(
      ['queued', 'running'].map(async (status) => {
        const path = `${settings}/jobs?environment=test&limit=1&status=${status}`;
        const response = await fetch(server.url + path, { headers });
        return ((await response.json()) as { items: unknown[] }).items.length;
      }),
    );
    isOver = open.every((count) => count === 0);
  }
  return { session, key, repo, job };
}
