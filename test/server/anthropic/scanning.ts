import type { Scan } from '../../../server/assets/scan-job.ts';
import { doSandboxScans, scanHandlers } from '../../../server/job-handlers.ts';
import { startWorker } from '../../../server/queue/worker.ts';
import { answer } from '../../support/issued-keys.ts';
import {
  type DatabaseKind,
  type ServerOptions,
  startServer,
  startServerOn,
  type TestServer,
  testClock,
} from '../../support/server.ts';

/** A finding of every scan here. */
export const found = {
  rule: 'install-script',
  severity: 'high',
  title: 'An install script',
  file: 'package.json',
  line: 3,
  evidence: '"postinstall": "node x.js"',
  advice: 'Read it first.',
} as const;

/** A small scan: it reads nothing, and asks the model two questions about its source. */
export const twoQuestions: Scan = async (source, { ask, onProgress, signal }) => {
  const question = {
    system: 'Judge it.',
    content: JSON.stringify(source),
    schema: { type: 'object' },
    maxTokens: 100,
  };
  onProgress(10);
  const first = await ask(question, signal);
  onProgress(60);
  const second = await ask(question, signal);
  return {
    riskLevel: 'high',
    riskScore: 70,
    summary: 'It runs a script at installation.',
    findings: [found],
    partial: false,
    usage: {
      inputTokens: first.usage.inputTokens + second.usage.inputTokens,
      outputTokens: first.usage.outputTokens + second.usage.outputTokens,
    },
  };
};

interface Limits {
  readonly concurrency?: number;
  readonly perPool?: number;
}

export type Scanning = Awaited<ReturnType<typeof startScanning>>;

/** A server, and workers that do its scans under a clock that only the test moves. */
export async function startScanning(
  kind: DatabaseKind,
  options: Omit<ServerOptions, 'database'> = {},
) {
  await using resources = new AsyncDisposableStack();
  const clock = testClock();
  const scans = { scan: twoQuestions, ...options.scans };
  const server = resources.use(await startServerOn(kind, { now: clock.now, ...options, scans }));
  const as = 'parent-admin';
  const api = '/api/v1';

  /** A worker of a server; it looks for tasks when it is made and when it is woken. */
  const newWorker = (limits: Limits = {}, { services }: Pick<TestServer, 'services'> = server) => {
    const { database, logger, random } = services;
    return startWorker({
      ...{ database, logger, random, now: clock.now, timer: () => () => {}, ...limits },
      handlers: scanHandlers(services),
    });
  };

  /** Asks the API as the parent admin, or as a key. */
  const call = (path: string, json?: object, method?: string, who: string = as) =>
    answer(
      server.fetch(`${api}/${path}`, {
        as: who,
        ...(json === undefined ? {} : { json }),
        ...(method === undefined ? {} : { method }),
      }),
    );

  const running = resources.move();
  return {
    server,
    clock,
    anthropic: server.anthropic,
    newWorker,
    /** A second server on the same database. */
    another: () =>
      startServer({
        ...{ now: clock.now, ...options, scans, anthropic: server.anthropic },
        database: server.databaseUrl,
      }),
    call,
    /** Submits a repository; its ids. */
    async submit(name: string, who?: string): Promise<{ repo: number; job: string }> {
      const json = { url: `https://git.invalid/acme/${name}` };
      const { status, body } = await call('repos/analyze', json, undefined, who);
      if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
      return { repo: body.repo_id, job: body.job_id };
    },
    /** Does every task that is due. Ids of later jobs are greater. */
    async work(): Promise<void> {
      clock.advance(1);
      await using worker = newWorker();
      await worker.idle();
      while ((await doSandboxScans(server.services)) > 0);
    },
    job: async (id: string) => (await call(`settings/jobs/${id}`)).body,
    repo: async (id: number) => (await call(`repos/${id}`)).body,
    setKey: (apiKey: string) => call('settings/anthropic-key', { api_key: apiKey }, 'PUT'),
    getKey: async () => (await call('settings/anthropic-key')).body,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
