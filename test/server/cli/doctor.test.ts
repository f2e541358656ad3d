import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClerkDirectory } from '../../../server/clerk/clerk-directory.ts';
import { checkClerk } from '../../../server/cli/doctor.ts';
import { run } from '../../../server/cli/run.ts';
import { anthropicServer } from '../../support/anthropic-server.ts';
import { freePort } from '../../support/free-port.ts';
import { demoDatabase, onBothDatabases, startServerOn } from '../../support/server.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const secret = Buffer.alloc(32, 7).toString('base64');

/** Runs the doctor: the state of each check, and the whole text. */
async function examine(settings: Record<string, string>) {
  const env = { SERVER_SECRET: secret, ...settings };
  const ended = await run(['doctor', '--json'], env);
  const text = ended.code === 0 ? ended.output : ended.complaint;
  const { findings = [], error } = JSON.parse(text) as {
    findings?: { check: string; state: string; advice: string | null }[];
    error?: string;
  };
  const states = findings.map(({ check, state }) => `${check} ${state}`);
  return { code: ended.code, states, findings, error };
}

onBothDatabases((kind) => {
  test('cli doctor finds a sound installation sound, and changes nothing', async () => {
    await using anthropic = await anthropicServer();
    await using place = await demoDatabase(kind);
    const sound = await examine({ DATABASE_URL: place.url, ANTHROPIC_BASE_URL: anthropic.url });
    expect(sound).toMatchObject({
      code: 0,
      states: [
        ...['configuration ok', 'secret ok', 'database ok'],
        ...(kind === 'postgresql' ? ['clock ok'] : []),
        ...['clerk warning', 'anthropic ok', 'proxies warning'],
      ],
    });
  });
});

test('cli doctor says what to do about each failure', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-doctor-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const closed = { ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' };
  const empty = { DATABASE_URL: `sqlite:${join(folder, 'none.db')}`, ...closed };
  const ended = await examine({ ...empty, CLERK_JWT_KEY: pem, TRUSTED_PROXIES: '10.0.0.0/8' });
  expect(ended.code).toBe(1);
  expect(ended.states).toEqual([
    ...['configuration ok', 'secret ok', 'database failed'],
    ...Array(5).fill('clerk warning'),
    ...['anthropic failed', 'proxies ok'],
  ]);
  const advice = ended.findings.map((finding) => finding.advice);
  expect(advice).toContain('npm run cli -- migrate');
  for (const { state, advice: told } of ended.findings) expect(told === null).toBe(state === 'ok');
  const away = await examine({ DATABASE_URL: 'postgresql://u:hunter2@127.0.0.1:1/x', ...closed });
  expect(away.states).toContain('database failed');
  expect(JSON.stringify(away)).not.toContain('hunter2');
  const url = `http://127.0.0.1:${await freePort()}`;
  const { findings } = await examine({ ...empty, ANTHROPIC_BASE_URL: url });
  const detail = expect.stringMatching(
    /^\S+ does not answer: connect ECONNREFUSED 127\.0\.0\.1:\d+$/,
  );
  expect(findings).toContainEqual(expect.objectContaining({ check: 'anthropic', detail }));
  const wrong = await examine({ LOG_LEVEL: 'loud' });
  expect(wrong.error).toMatch(/^LOG_LEVEL is "loud"/);
});

test('checkClerk() asks Clerk whether its key and its clock are ours', async () => {
  const now = () => Date.parse('2026-03-04T05:06:07Z');
  const answers = async (isOurs: boolean, ahead: number) => {
    const directory = () => ({
      ...createClerkDirectory({
        secretKey: 'sk_test_1',
        jwtKey: pem,
        apiUrl: 'http://127.0.0.1:1',
      }),
      time: async () => new Date(now() + ahead) as never,
      isOurInstance: async () => isOurs,
    });
    const clerk = {
      ...{ jwtKey: pem, issuer: 'https://clerk.example', authorizedParties: ['https://a.example'] },
      ...{ publishableKey: 'pk', secretKey: 'sk_test_1', webhookSigningSecret: 'whsec_x' },
    };
    const findings = await checkClerk({ clerk, production: true }, directory, now);
    return findings.map(({ check, state }) => `${check} ${state}`);
  };
  expect(await answers(true, 0)).toEqual(['clerk ok', 'clock ok']);
  expect(await answers(false, 0)).toEqual(['clerk failed', 'clock ok']);
  expect(await answers(true, 60_000)).toEqual(['clerk ok', 'clock failed']);
});

test('the log of a refused session says why its organization gives no rights', async () => {
  await using server = await startServerOn('sqlite');
  const refuse = async (organization: string) => {
    const as = server.session({ user: 'user_x', organization, role: 'admin' });
    const { status } = await server.fetch('/api/v1/settings/api-keys', { as });
    expect(status).toBe(403);
    const last = server.log
      .map((line) => JSON.parse(line))
      .findLast(({ msg }) => msg === 'session refused');
    return String(last.reason);
  };
  expect(await refuse('org_unheard_of')).toMatch(/^organization org_unheard_of is unknown: /);
  await server.database.transaction((em) =>
    em.execute("update organization set tier = null where id = 'org_demo_globex'"),
  );
  expect(await refuse('org_demo_globex')).toMatch(/^organization org_demo_globex has no tier: /);
});
