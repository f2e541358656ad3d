import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { styleText } from 'node:util';
import { maskKey } from '../core/mod.ts';
import { loadConfig } from './config/config.ts';
import { explain } from './observability/format-error.ts';
import { createLogger } from './observability/logger.ts';
import { startServer } from './start.ts';

/** One call of the exchange, and the status that the documents promise. */
interface Call {
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly credential: string;
  readonly body?: unknown;
  readonly expected: number;
  /** The part of the answer that is printed. */
  readonly telling: (answer: Answer) => unknown;
}

/** The fields of an answer that this demo reads. */
interface Answer {
  readonly token?: string;
  readonly raw_key?: string;
  readonly key?: { readonly id: string };
  readonly status?: string;
  readonly repo_id?: number;
  readonly job_id?: string;
  readonly risk_level?: string;
  readonly risk_score?: number;
  readonly summary?: string;
  readonly items?: readonly { readonly id: number; readonly name: string }[];
  readonly detail?: unknown;
}

/** The main job, over real HTTP: a report is read; a key is used, held to its scope, revoked, refused. */
async function demo(url: string): Promise<void> {
  const send = sender(url);
  const admin = await signIn(url);
  const all = await answerOf(url, '/api/v1/repos', admin);
  const subOrgs = await answerOf(url, '/api/v1/settings/sub-orgs', admin);
  const payments = subOrgs.items?.find(({ name }) => name === 'Payments');
  const outside = all.items?.find(({ name }) => name.endsWith('/website'));

  await readReport(url, send, admin);
  const created = await send({
    title: 'An admin issues a key that is held to one sub-org',
    method: 'POST',
    path: '/api/v1/settings/api-keys',
    credential: admin,
    body: { label: 'CI Pipeline', sub_org_id: payments?.id, expires_in_days: 90 },
    expected: 201,
    telling: ({ raw_key }) => ({ raw_key }),
  });
  const key = created.raw_key ?? '';
  await send({
    title: 'A script lists repositories with it: those of the sub-org',
    method: 'GET',
    path: '/api/v1/repos',
    credential: key,
    expected: 200,
    telling: ({ items }) => items?.map(({ id, name }) => ({ id, name })),
  });
  await send({
    title: 'It asks for a repository outside its scope',
    method: 'GET',
    path: `/api/v1/repos/${outside?.id}`,
    credential: key,
    expected: 403,
    telling: (answer) => answer,
  });
  await send({
    title: 'The admin revokes the key',
    method: 'DELETE',
    path: `/api/v1/settings/api-keys/${created.key?.id}`,
    credential: admin,
    expected: 204,
    telling: () => undefined,
  });
  await send({
    title: 'The very next request with it',
    method: 'GET',
    path: '/api/v1/repos',
    credential: key,
    expected: 401,
    telling: (answer) => answer,
  });
}

/** A sandbox key submits a repository, and reads the sample report of its scan. */
async function readReport(
  url: string,
  send: ReturnType<typeof sender>,
  admin: string,
): Promise<void> {
  const { raw_key: key = '' } = await send({
    title: 'An admin issues a sandbox key, to build an integration with',
    method: 'POST',
    path: '/api/v1/settings/api-keys',
    credential: admin,
    body: { label: 'Integration', environment: 'test' },
    expected: 201,
    telling: ({ raw_key }) => ({ raw_key }),
  });
  const { repo_id: repo, job_id: job } = await send({
    title: 'A script submits a repository with it',
    method: 'POST',
    path: '/api/v1/repos/analyze',
    credential: key,
    body: { url: 'https://git.example/acme/high' },
    expected: 202,
    telling: (answer) => answer,
  });
  while (!ended.has((await answerOf(url, `/api/v1/jobs/${job}`, key)).status)) {
    await setTimeout(pollMs);
  }
  await send({
    title: 'Once the scan has ended, it reads the report: a sample, in the sandbox',
    method: 'GET',
    path: `/api/v1/repos/${repo}/report`,
    credential: key,
    expected: 200,
    telling: ({ status, risk_level, risk_score, summary }) => ({
      ...{ status, risk_level, risk_score, summary },
    }),
  });
}

const ended: ReadonlySet<string | undefined> = new Set(['completed', 'failed', 'cancelled']);

/** Milliseconds between two polls of a job. */
const pollMs = 200;

/** Sends calls and prints each; a status that differs is an error. */
function sender(url: string) {
  return async (call: Call): Promise<Answer> => {
    const { title, method, path, credential, body, expected, telling } = call;
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await readAnswer(response);
    const told = telling(answer);
    const lines = [
      '',
      styleText('bold', title),
      `  ${method} ${path}`,
      `  ${styleText('dim', `Authorization: Bearer ${masked(credential)}`)}`,
      ...(body === undefined ? [] : [`  ${JSON.stringify(body)}`]),
      `  ${styleText(response.ok ? 'green' : 'yellow', `${response.status}`)} ${told === undefined ? '' : JSON.stringify(told)}`.trimEnd(),
    ];
    console.log(lines.join('\n'));
    if (response.status !== expected) {
      throw new Error(`${method} ${path} answered ${response.status} instead of ${expected}`);
    }
    return answer;
  };
}

function masked(credential: string): string {
  return credential.startsWith('rrk_') ? maskKey(credential) : 'the session of parent-admin';
}

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/demo/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona: 'parent-admin' }),
  });
  return (await readAnswer(response)).token ?? '';
}

async function answerOf(url: string, path: string, credential: string): Promise<Answer> {
  return readAnswer(
    await fetch(url + path, { headers: { authorization: `Bearer ${credential}` } }),
  );
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return text === '' ? {} : JSON.parse(text);
}

/** Runs on a separate server, with a temporary database. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-demo-'));
  try {
    const databaseUrl = `sqlite:${join(folder, 'reporisk.db')}`;
    await using server = await startServer({
      config: loadConfig({ PORT: '0', DATABASE_URL: databaseUrl }),
      dataFolder: folder,
      consoleFolder: join(folder, 'no-console'),
      logger: createLogger({ level: 'silent' }),
    });
    console.log(`RepoRisk API Access on ${server.url}, with a database of its own`);
    await demo(server.url);
    console.log('\nEvery answer was the documented one.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
