import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import BetterSqlite3 from 'better-sqlite3';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, protect } from '../../core/mod.ts';
import { run as runCli } from '../../server/cli/run.ts';
import { deriveKeys } from '../../server/crypto/derived-keys.ts';
import { verificationSecretOf } from '../../server/database/verification-secret.ts';
import { type OpenVerifierOptions, openVerifier } from '../../server/store.ts';
import type { Place } from '../support/databases.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { sqliteDatabase } from '../support/sqlite.ts';
import { tamper } from '../support/tamper.ts';
import { type Deployment, deploy, serverSecret } from './deployment.ts';
import { redisServer } from './rate-limits/redis.ts';

const verificationSecret = verificationSecretOf(serverSecret);
const request = {
  scope: 'repos:read',
  address: '203.0.113.7',
  call: { endpoint: '/v1/reports/{id}', method: 'GET', userAgent: 'test/1' },
};

interface Usage {
  readonly items: readonly Record<string, unknown>[];
  readonly refused: readonly Record<string, unknown>[];
}

/** The outcome of a verification, in one word. */
function told(outcome: Outcome): string {
  return outcome.ok ? 'accepted' : outcome.reason;
}

const places: Record<'SQLite' | 'PostgreSQL', () => Promise<Place>> = {
  SQLite: sqliteDatabase,
  PostgreSQL: () => postgresDatabase(),
};

describe.each(Object.entries(places))('openVerifier() on %s', (name, open) => {
  let place: Place;
  let deployment: Deployment;
  beforeAll(async () => {
    place = await open();
    deployment = await deploy(place.url);
  });
  afterAll(async () => {
    await deployment[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });
  const options = (): OpenVerifierOptions => ({
    databaseUrl: place.url,
    verificationSecret,
    onError: () => {},
  });

  test('verifies with either secret, and refuses what the server has revoked', async () => {
    for (const secret of [{ serverSecret }, { verificationSecret }]) {
      const { id, raw } = await deployment.createKey();
      await using verifier = await openVerifier({
        databaseUrl: place.url,
        ...secret,
        onError: () => {},
      });
      expect(told(await verifier.verify(raw))).toBe('accepted');
      await deployment.revoke(id);
      expect(told(await verifier.verify(raw))).toBe('revoked');
    }
  });

  test('records calls, last use, and who tried a key that was refused', async () => {
    const used = await deployment.createKey({ scopes: ['repos:read'] });
    const refused = await deployment.createKey({ scopes: [] });
    const dead = await deployment.createKey();
    await deployment.revoke(dead.id);
    {
      await using verifier = await openVerifier(options());
      for (const { raw } of [used, refused, dead]) await verifier.verify(raw, request);
    }
    const usage = (id: string) => deployment.manage<Usage>(`api-keys/${id}/usage`);
    const call = { endpoint: '/v1/reports/{id}', method: 'GET', ip_address: '203.0.113.7' };
    expect((await usage(used.id)).items).toMatchObject([
      { ...call, status_code: 200, user_agent: 'test/1' },
    ]);
    for (const [{ id }, reason] of [
      [refused, 'scope'],
      [dead, 'revoked'],
    ] as const) {
      const { items, refused: tried } = await usage(id);
      expect(items).toEqual([]);
      const from = { ip_address: '203.0.113.7', user_agent: 'test/1' };
      expect(tried).toMatchObject([{ reason, ...from, count: 1 }]);
    }
    const key = await deployment.manage<Record<string, unknown>>(`api-keys/${used.id}`);
    expect(key.last_used_at).not.toBeNull();
  });

  test('records of each part of a call what fits, without control characters and keys', async () => {
    const { id, raw } = await deployment.createKey();
    const errors: unknown[] = [];
    {
      await using verifier = await openVerifier({ ...options(), onError: (e) => errors.push(e) });
      errors.length = 0;
      const long = 'a\0b\n'.repeat(5_000);
      await verifier.verify(raw, {
        address: long,
        call: { endpoint: long, method: long, userAgent: long },
      });
      // A program in JavaScript keeps no promise of a type.
      const call = { endpoint: `/${raw}`, method: undefined, userAgent: 7 } as unknown;
      await verifier.verify(raw, { call: call as typeof request.call });
    }
    const { items } = await deployment.manage<Usage>(`api-keys/${id}/usage`);
    const ab = (length: number) => 'ab'.repeat(length).slice(0, length);
    expect(items).toMatchObject([
      { endpoint: '/[API key]', method: '-', user_agent: null, ip_address: null },
      { endpoint: ab(200), method: ab(20), user_agent: ab(200), ip_address: ab(45) },
    ]);
    expect(errors).toEqual([]);
  });

  test('protect() names the call, and answers 429 with when to come back', async () => {
    const { id, raw } = await deployment.createKey({
      rate_limit: { limit: 1, window_seconds: 60 },
    });
    {
      await using verifier = await openVerifier(options());
      const handler = protect(verifier, () => new Response('here'), { endpoint: '/v1/things' });
      const call = () =>
        handler(
          new Request('https://example.com/v1/things?secret', {
            method: 'PUT',
            headers: { authorization: `Bearer ${raw}`, 'user-agent': 'test/2' },
          }),
        );
      expect((await call()).status).toBe(200);
      const over = await call();
      expect(over.status).toBe(429);
      expect(Number(over.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect(over.headers.get('RateLimit')).toMatch(/^"key";r=0;t=\d+$/);
      expect(await over.json()).toEqual({ detail: 'Rate limit exceeded' });
    }
    const { items, refused } = await deployment.manage<Usage>(`api-keys/${id}/usage`);
    const call = { endpoint: '/v1/things', method: 'PUT', user_agent: 'test/2' };
    expect(items).toMatchObject([{ ...call, status_code: 200 }]);
    expect(refused).toMatchObject([{ reason: 'rate_limited', user_agent: 'test/2', count: 1 }]);
  });

  test('counts rate limits with the server where they share a store, and spends none on a refusal', async () => {
    const { raw } = await deployment.createKey({
      scopes: ['repos:read'],
      rate_limit: { limit: 3, window_seconds: 3600 },
    });
    await using one = await openVerifier(options());
    await using two = await openVerifier(options());
    expect(await deployment.status(raw)).toBe(200);
    for (let n = 0; n < 5; n++) {
      expect(told(await one.verify(raw, { scope: 'repos:analyze' }))).toBe('scope');
    }
    expect(told(await one.verify(raw, request))).toBe('accepted');
    expect(told(await two.verify(raw, request))).toBe('accepted');
    // On SQLite each process counts for itself.
    const shared = name === 'PostgreSQL' ? 'rate_limited' : 'accepted';
    expect(told(await one.verify(raw, request))).toBe(shared);
    expect(told(await two.verify(raw, request))).toBe(shared);
    expect(await deployment.status(raw)).toBe(name === 'PostgreSQL' ? 429 : 200);
  });

  test('records and counts nothing where it is told not to', async () => {
    const { id, raw } = await deployment.createKey({
      rate_limit: { limit: 1, window_seconds: 3600 },
    });
    {
      await using verifier = await openVerifier({ ...options(), usage: false, limits: false });
      for (let n = 0; n < 3; n++) expect(told(await verifier.verify(raw))).toBe('accepted');
    }
    expect((await deployment.manage<Usage>(`api-keys/${id}/usage`)).items).toEqual([]);
    expect(await deployment.status(raw)).toBe(200);
  });

  test('tells onOutcome of each verification, and onError of what that throws', async () => {
    const { raw } = await deployment.createKey({ rate_limit: { limit: 1, window_seconds: 60 } });
    const outcomes: unknown[] = [];
    const errors: unknown[] = [];
    await using verifier = await openVerifier({
      ...options(),
      onError(error) {
        errors.push(error);
        throw new Error('onError fails as well');
      },
      onOutcome(outcome, asked) {
        outcomes.push([told(outcome), asked]);
        throw new Error('onOutcome fails');
      },
    });
    errors.length = 0;
    await verifier.verify(raw, request);
    await verifier.verify(raw, request);
    await verifier.verify('rrk_live_none');
    expect(outcomes).toEqual([
      ['accepted', request],
      ['rate_limited', request],
      ['malformed', undefined],
    ]);
    expect(errors.map(String)).toEqual(Array(3).fill('Error: onOutcome fails'));
  });

  test('tells onError what an async onOutcome rejects with, and rejects nothing itself', async () => {
    const { raw } = await deployment.createKey();
    const errors: unknown[] = [];
    const both = Promise.withResolvers<void>();
    const unhandled: unknown[] = [];
    const notice = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', notice);
    {
      await using verifier = await openVerifier({
        ...options(),
        async onError(error) {
          errors.push(error);
          if (errors.length === 2) both.resolve();
          throw new Error('onError fails as well');
        },
        async onOutcome() {
          await new Promise(setImmediate);
          throw new Error('onOutcome fails later');
        },
      });
      errors.length = 0;
      expect(told(await verifier.verify(raw))).toBe('accepted');
      expect(told(await verifier.verify('rrk_live_none'))).toBe('malformed');
      await both.promise;
      await new Promise(setImmediate);
    }
    process.off('unhandledRejection', notice);
    expect(errors.map(String)).toEqual(Array(2).fill('Error: onOutcome fails later'));
    expect(unhandled).toEqual([]);
  });

  test('gives onOutcome nothing through which the outcome can be changed', async () => {
    const limited = await deployment.createKey({ rate_limit: { limit: 1, window_seconds: 60 } });
    const dead = await deployment.createKey();
    await deployment.revoke(dead.id);
    await using verifier = await openVerifier({ ...options(), onOutcome: tamper });
    const verified = [];
    for (const { raw } of [limited, limited, dead]) {
      const outcome = await verifier.verify(raw, { scope: 'repos:read' });
      verified.push([told(outcome), outcome.ok ? null : outcome.refusal.status]);
    }
    expect(verified).toEqual([
      ['accepted', null],
      ['rate_limited', 429],
      ['revoked', 401],
    ]);
  });

  test('refuses every secret but the one that the keys were issued under, with one line', async () => {
    await deployment.createKey();
    const takes32 = 'it takes 32 bytes: SERVER_SECRET, decoded from base64';
    const takesPart =
      'it takes 32 bytes: what `cli secret verification` prints, decoded from base64';
    const other = new Uint8Array(32).fill(6);
    // A program in JavaScript keeps no promise of a type.
    const text = Buffer.from(serverSecret).toString('base64') as unknown as Uint8Array;
    const fits = (name: string) =>
      new RegExp(`^${name} is not the one that .* with that one in ${name}Previous$`);
    const given: [Partial<OpenVerifierOptions>, string | RegExp][] = [
      [{}, 'verificationSecret is not set: it takes 32 bytes, or serverSecret 32'],
      [{ serverSecret: text }, `serverSecret is a text, a value of 44 characters: ${takes32}`],
      [{ serverSecret: serverSecret.slice(1) }, `serverSecret is 31 bytes: ${takes32}`],
      [
        { verificationSecret: serverSecret.slice(1) },
        `verificationSecret is 31 bytes: ${takesPart}`,
      ],
      // Each in the other's place.
      [{ serverSecret: verificationSecret }, fits('serverSecret')],
      [{ verificationSecret: serverSecret }, fits('verificationSecret')],
      [
        { verificationSecret: text },
        `verificationSecret is a text, a value of 44 characters: ${takesPart}`,
      ],
      [
        { serverSecret, verificationSecret },
        'verificationSecret is given beside serverSecret: it takes its place',
      ],
      [
        { serverSecret, serverSecretPrevious: text },
        `serverSecretPrevious is a text, a value of 44 characters: ${takes32}`,
      ],
      [{ serverSecret: other }, fits('serverSecret')],
      [{ verificationSecret: verificationSecretOf(other) }, fits('verificationSecret')],
    ];
    for (const [secrets, message] of given) {
      const opened = openVerifier({ databaseUrl: place.url, ...secrets });
      await expect(opened).rejects.toThrow(message);
      await expect(opened).rejects.not.toThrow('\n');
    }
    await using verifier = await openVerifier({
      databaseUrl: place.url,
      serverSecret: other,
      serverSecretPrevious: serverSecret,
      onError: () => {},
    });
    const { raw } = await deployment.createKey();
    expect(told(await verifier.verify(raw))).toBe('accepted');
  });

  test('a failed open leaves nothing behind: the process ends by itself', async () => {
    const program = `
      const [store, databaseUrl, byte] = process.argv.slice(1);
      const secret = { serverSecret: new Uint8Array(32).fill(Number(byte)), onError() {} };
      import(store).then(({ openVerifier }) => openVerifier({ databaseUrl, ...secret }))
        .then((verifier) => verifier[Symbol.asyncDispose]())
        .then(() => console.log('opened and closed'), (error) => console.log(error.message));
    `;
    const says = async (url: string, byte: number) => {
      const args = ['-e', program, resolve('server/store.ts'), url, String(byte)];
      return (await promisify(execFile)(process.execPath, args)).stdout;
    };
    await deployment.createKey();
    expect(await says(place.url, 5)).toBe('opened and closed\n');
    expect(await says(place.url, 9)).toContain('serverSecret is not the one');
    if (name === 'PostgreSQL') {
      expect(await says(`${place.url}_misspelt`, 5)).toMatch(/"test_\w+_misspelt" does not exist/);
      expect(await says('postgresql://127.0.0.1:1/none', 5)).toContain('ECONNREFUSED');
    }
  });
});

test('openVerifier() counts rate limits with the server in Redis', async (context) => {
  await using redis = await redisServer();
  if (redis === null) return context.skip('redis-server is not installed');
  await using place = await sqliteDatabase();
  await using deployment = await deploy(place.url, { REDIS_URL: redis.url });
  const { raw } = await deployment.createKey({ rate_limit: { limit: 2, window_seconds: 3600 } });
  const errors: unknown[] = [];
  await using verifier = await openVerifier({
    databaseUrl: place.url,
    verificationSecret,
    redisUrl: redis.url,
    onError: (error) => errors.push(error),
  });
  expect(await deployment.status(raw)).toBe(200);
  expect(told(await verifier.verify(raw))).toBe('accepted');
  expect(told(await verifier.verify(raw))).toBe('rate_limited');
  expect(errors).toEqual([]);
});

test('openVerifier() makes no file of a misspelt path, and changes none of another product', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-misspelt-'));
  const contents = () => readdir(folder, { recursive: true });
  const other = join(folder, 'other.db');
  const database = new BetterSqlite3(other);
  database.exec('create table api_key (id text)');
  database.close();
  await writeFile(join(folder, 'notes.txt'), 'no database at all'.repeat(100));
  const before = await contents();
  const takes = 'it takes the database of a RepoRisk server, with its tables';
  for (const [path, message] of [
    [join(folder, 'reporsik.db'), `where there is no file: ${takes}`],
    [join(folder, 'new/folder/reporisk.db'), `where there is no file: ${takes}`],
    [other, `which has other tables: ${takes}`],
    [join(folder, 'notes.txt'), `which has other tables: ${takes}`],
  ] as const) {
    const opened = openVerifier({ databaseUrl: `sqlite:${path}`, serverSecret });
    await expect(opened).rejects.toThrow(message);
  }
  expect(await contents()).toEqual(before);
  await rm(folder, { recursive: true });
});

test('openVerifier() refuses what is no option, or no value of one, with one line that names it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-options-'));
  const databaseUrl = `sqlite:${folder}`;
  const names = /^"\w+" is no option of openVerifier: it takes databaseUrl, .*, onError$/;
  const places = 'it takes sqlite:PATH or postgresql://USER@HOST/DATABASE';
  const given: [object, string | RegExp][] = [
    [{}, `databaseUrl is not set: ${places}`],
    [{ databaseUrl: undefined }, `databaseUrl is not set: ${places}`],
    [{ databaseUrl: '' }, `databaseUrl is not set: ${places}`],
    [{ databaseUrl: 7 }, 'databaseUrl is a value of type number: it takes a text'],
    [{ databaseUrl: 'mysql://localhost/x' }, `databaseUrl is "mysql://localhost/x": ${places}`],
    [{ databaseUrl }, /^databaseUrl is "sqlite:…", where there is no file: it takes the database/],
    [{ databaseUrl, redisUrl: 'localhost' }, /^redisUrl is "localhost": it takes redis:/],
    [{ databaseUrl, databaseListenUrl: 'x' }, /^databaseListenUrl is "x": it takes postgresql:/],
    [{ databaseUrl, limit: false }, names],
    [{ databaseUrl, onOutcom() {} }, names],
    [{ databaseUrl, limits: 'no' }, 'limits is a value of type string: it takes true or false'],
    [{ databaseUrl, onError: 'x' }, 'onError is a value of type string: it takes a function'],
    [{ databaseUrl, extraScopes: 'a:b' }, /^extraScopes is "a:b": it takes at most 64 different/],
    [{ databaseUrl, extraScopes: ['repos:x'] }, /^extraScopes is "repos:x": it takes at most 64/],
    [{ databaseUrl, onOutcome: {} }, 'onOutcome is a value of type object: it takes a function'],
  ];
  for (const [options, message] of given) {
    // A program in JavaScript keeps no promise of a type.
    const opened = openVerifier({ serverSecret, ...options } as OpenVerifierOptions);
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.not.toThrow('\n');
  }
  await rm(folder, { recursive: true });
});

test('openVerifier() makes no database of a misspelt name, and wants the tables', async () => {
  await using place = await postgresDatabase();
  const databases = async () => {
    const client = new Client({ connectionString: place.url });
    await client.connect();
    const { rows } = await client.query(
      "select datname from pg_database where datname like 'test_%_misspelt'",
    );
    await client.end();
    return rows;
  };
  const misspelt = openVerifier({ databaseUrl: `${place.url}_misspelt`, serverSecret });
  await expect(misspelt).rejects.toThrow('does not exist');
  expect(await databases()).toEqual([]);
  const empty = openVerifier({ databaseUrl: place.url, serverSecret });
  await expect(empty).rejects.toThrow(
    'which has other tables: it takes the database of a RepoRisk',
  );
});

test('cli secret verification prints what verifies, and neither decrypts nor signs the audit log', async () => {
  const SERVER_SECRET = Buffer.from(serverSecret).toString('base64');
  const ended = await runCli(['secret', 'verification'], { SERVER_SECRET });
  const printed = ended.code === 0 ? ended.output : ended.complaint;
  expect(printed).toBe(Buffer.from(verificationSecret).toString('base64'));
  const asJson = await runCli(['secret', 'verification', '--json'], { SERVER_SECRET });
  expect(asJson).toMatchObject({ output: JSON.stringify({ verification_secret: printed }) });

  const all = deriveKeys(serverSecret);
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const hex = hexOf(verificationSecret);
  expect(hex).toBe(hexOf(all.pepper));
  const same = Object.entries(all).filter(([, key]) => hex.includes(hexOf(key)));
  expect(same.map(([name]) => name)).toEqual(['pepper']);
});
