import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateKey } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { run as runCli } from '../../../server/cli/run.ts';
import { createKeyring } from '../../../server/crypto/keyring.ts';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { coherentVerifier } from '../../../server/store.ts';
import { postgresDatabase } from '../../support/postgres.ts';
import { processEnvironment } from '../../support/process-environment.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';

const serverSecret = new Uint8Array(32).fill(3);
const SERVER_SECRET = Buffer.from(serverSecret).toString('base64');

describe.each([
  ['sqlite', sqliteDatabase],
  ['postgresql', () => postgresDatabase()],
])('cli on %s', (_kind, database) => {
  test('adds, lists and changes organizations', async () => {
    await using operator = await startOperator(await database());
    await operator.run('migrate');
    const added = await operator.json('org add --clerk-id org_a --name Acme --tier 3');
    expect(added).toMatchObject({ clerk_id: 'org_a', name: 'Acme', tier: 3, tier_pinned: true });

    expect(await operator.run('org set-tier --clerk-id org_a --tier 1')).toMatchObject({
      code: 0,
      output: 'org_a has tier 1, pinned',
    });
    const left = await operator.json('org set-tier --clerk-id org_a --tier clerk');
    expect(left).toMatchObject({ tier: null, tier_pinned: false });
    const listed = await operator.json('org list');
    expect(listed).toMatchObject({ items: [{ clerk_id: 'org_a', tier: null }], next_cursor: null });
    expect(await operator.actions()).toEqual([
      ['organizations.add', null],
      ['organizations.setTier', 'org_a'],
      ['organizations.setTier', 'org_a'],
    ]);
  });

  test('adds, lists and archives sub-organizations', async () => {
    await using operator = await startOperator(await database());
    await operator.run('org add --clerk-id org_a --name Acme --tier 3');
    const one = await operator.json('sub-org add --org org_a --name One');
    const two = await operator.json('sub-org add --org org_a --name Two --clerk-id org_two');
    expect([one, two]).toMatchObject([
      { id: 1, clerk_id: null },
      { id: 2, clerk_id: 'org_two' },
    ]);
    const archived = await operator.json('sub-org archive 1');
    expect(archived).toMatchObject({ id: 1, archived_at: expect.any(String) });
    const { output } = await operator.run('sub-org list --org org_a');
    expect(output).toBe(
      [
        'ID  NAME  CLERK ID  STATUS',
        '2   Two   org_two   active',
        '1   One   -         archived',
      ].join('\n'),
    );
  });

  test('links no organization that holds keys, is a parent, or is another parent’s', async () => {
    await using operator = await startOperator(await database());
    for (const org of ['org_a', 'org_keys', 'org_parent', 'org_subs']) {
      await operator.run(`org add --clerk-id ${org} --name N --tier 3`);
    }
    const file = await operator.file([{ hash_sha256: digest('k'), label: 'k', org: 'org_keys' }]);
    await operator.run(`keys import ${file}`);
    await operator.run('org set-tier --clerk-id org_keys --tier clerk');
    await operator.run('sub-org add --org org_subs --name S --clerk-id org_s');
    const link = async (org: string, parent = 'org_a') => {
      const { code, complaint } = await operator.run(
        `sub-org add --org ${parent} --name X --clerk-id ${org}`,
      );
      return [code, complaint];
    };
    expect(await link('org_keys')).toEqual([1, 'Organization already holds API keys as a parent']);
    expect(await link('org_subs')).toEqual([
      1,
      'Organization already has sub-organizations of its own',
    ]);
    expect(await link('org_parent')).toEqual([
      1,
      'Organization is a parent with a pinned tier: use org set-tier first',
    ]);
    expect(await link('org_a')).toEqual([1, 'Organization cannot be its own sub-organization']);
    expect(await link('org_s')).toEqual([
      1,
      'Organization is already sub-organization 1 of org_subs',
    ]);
    expect(await link('org_new', 'org_s')).toEqual([
      1,
      'Organization is already sub-organization 1 of org_subs',
    ]);
    expect(await link('org_new', 'org_nobody')).toEqual([1, 'Organization not found']);
    const { complaint } = await operator.run('org add --clerk-id org_s --name N --tier 3');
    expect(complaint).toBe('Organization is already sub-organization 1 of org_subs');
  });

  test('imports keys by their hash; they work until they are revoked', async () => {
    await using operator = await startOperator(await database());
    await operator.run('org add --clerk-id org_a --name Acme --tier 3');
    await operator.run('sub-org add --org org_a --name One');
    const old = `rrk_live_${'aB3-_'.repeat(9).slice(0, 43)}`;
    const { key: other } = generateKey();
    const created_at = '2025-01-02T03:04:05+00:00';
    const file = await operator.file([
      {
        hash_sha256: digest(old),
        label: 'CI Pipeline',
        org: 'org_a',
        sub_org_id: 1,
        preview: `rrk_live_${old.slice(9, 13)}••••${old.slice(-4)}`,
        created_at,
        expires_at: '2999-01-01T00:00:00Z',
      },
      { hash_sha256: digest(other).toUpperCase(), label: 'Other', org: 'org_a', created_at },
    ]);
    expect(await operator.json(`keys import ${file}`)).toEqual({
      imported: 2,
      revoked: 0,
      existing: 0,
      refused: 0,
    });

    const { items } = await operator.json('keys list --org org_a');
    const mine = items.find((item: { label: string }) => item.label === 'CI Pipeline');
    expect(mine).toMatchObject({
      org: 'org_a',
      preview: `rrk_live_${old.slice(9, 13)}••••${old.slice(-4)}`,
      sub_org_id: 1,
      status: 'active',
      created_by: null,
      created_at: '2025-01-02T03:04:05.000Z',
      expires_at: '2999-01-01T00:00:00.000Z',
    });
    const its = items.find((item: { label: string }) => item.label === 'Other');
    expect(its).toMatchObject({ preview: 'rrk_live_••••••••••••', sub_org_id: null });

    await using verifier = await coherentVerifier(operator.database, {
      keyring: createKeyring(serverSecret, null),
    });
    const before = await verifier.verify(old, { scope: 'repos:analyze' });
    expect(before).toMatchObject({
      ok: true,
      key: { subOrg: { id: 1 }, owner: { role: 'admin' } },
    });
    expect(await verifier.verify(other)).toMatchObject({ ok: true, key: { subOrg: null } });

    const revoked = await operator.run(`keys revoke ${mine.id} --reason moved`);
    expect(revoked).toMatchObject({ code: 0, output: `Revoked ${mine.id}, CI Pipeline` });
    expect(await verifier.verify(old)).toMatchObject({ ok: false, reason: 'revoked' });
    const again = await operator.run(`keys revoke ${mine.id}`);
    expect(again).toMatchObject({ code: 1, complaint: 'API key not found' });
  });

  test('imports all lines or none, and names the line that is wrong', async () => {
    await using operator = await startOperator(await database());
    await operator.run('org add --clerk-id org_a --name Acme --tier 3');
    await operator.run('org add --clerk-id org_b --name B --tier 3');
    await operator.run('sub-org add --org org_b --name Theirs');
    const good = { hash_sha256: digest('good'), label: 'good', org: 'org_a' };
    const wrong: [line: unknown, complaint: string][] = [
      [{ ...good, hash_sha256: 'abc' }, 'hash_sha256: expected 64 hexadecimal characters'],
      [{ ...good, hash_sha256: digest('') }, 'hash_sha256: the hash is that of an empty text'],
      [{ ...good, label: '  ' }, 'label: ensure this value has at least 1 characters'],
      [{ ...good, label: undefined }, 'label: field required'],
      [{ ...good, org: 'org_x' }, 'org: not a parent organization'],
      [
        { ...good, sub_org_id: 1 },
        'sub_org_id: not an active sub-organization of the organization',
      ],
      [{ ...good, sub_org_id: '1' }, 'sub_org_id: value is not a valid integer'],
      [
        { ...good, preview: 'rrk_live_A' },
        'preview: expected a preview such as rrk_live_AbCd••••X',
      ],
      [
        { ...good, expires_at: '2027-01-01T00:00:00' },
        'expires_at: expected a time such as 2026-01',
      ],
      [{ ...good, expires: null }, '"expires" is none of hash_sha256, label, org, sub_org_id, pre'],
      [good, 'hash_sha256: the hash comes twice'],
      [[good], 'not a JSON object'],
    ];
    const runs = wrong.map(async ([line, complaint]) => {
      const file = await operator.file([good, line]);
      const ended = await operator.run(`keys import ${file}`);
      expect(ended).toMatchObject({ code: 1, output: '' });
      expect(ended.complaint).toContain(`line 2: ${complaint}`);
    });
    await Promise.all(runs);
    const broken = await operator.file([good], '\n\n{"label": "secret');
    const { complaint } = await operator.run(`keys import ${broken}`);
    expect(complaint).toBe('line 3: not a JSON object; nothing was imported');
    expect(await operator.database.read().count(ApiKeySecret)).toBe(0);

    const file = await operator.file([good]);
    await operator.run(`keys import ${file}`);
    const repeated = await operator.run(`keys import ${file}`);
    expect(repeated.output).toBe('Imported 0 API keys, 1 were there already');
    const theirs = await operator.file([{ ...good, org: 'org_b' }]);
    const { complaint: refused } = await operator.run(`keys import ${theirs}`);
    expect(refused).toContain('line 1: hash_sha256: a key with this hash exists already');
  });

  test('counts secrets by pepper, and imports nothing under a pepper that does not fit', async () => {
    await using operator = await startOperator(await database());
    await operator.run('org add --clerk-id org_a --name Acme --tier 3');
    const line = { label: 'k', org: 'org_a' };
    const file = await operator.file([
      { ...line, hash_sha256: digest('1') },
      { ...line, hash_sha256: digest('2') },
      { ...line, hash_sha256: digest('3'), expires_at: '2020-01-01T00:00:00Z' },
    ]);
    await operator.run(`keys import ${file}`);
    const none = { current: 0, previous: 0, neither: 0 };
    expect(await operator.json('secret status')).toMatchObject({
      ...{ current: 2, previous: 0, neither: 0, in_use: 'current', keys: [], webhooks: none },
    });

    const changed = { SERVER_SECRET: Buffer.alloc(32, 4).toString('base64') };
    const changing = { ...changed, SERVER_SECRET_PREVIOUS: SERVER_SECRET };
    const during = await operator.run('secret status', changing);
    expect(during.output).toContain('New values are stored under SERVER_SECRET_PREVIOUS');
    expect(during.output).toContain(
      '2 under SERVER_SECRET_PREVIOUS: each moves when it is next us',
    );
    expect(during.output).toMatch(/\nneeds SERVER_SECRET_PREVIOUS: key_\w+ org_a k\n/);

    const more = await operator.file([{ ...line, hash_sha256: digest('4') }]);
    for (const command of ['secret status', 'secret change', `keys import ${more}`]) {
      const refused = await operator.run(command, changed);
      expect(refused.code).toBe(1);
      expect(refused.complaint).toMatch(
        /^SERVER_SECRET is not the one that this database is used with: it takes .*$/,
      );
    }
    const { complaint } = await operator.run('secret change');
    expect(complaint).toMatch(/^SERVER_SECRET_PREVIOUS is not set: set the new secret as /);
    const swapped = await operator.run('secret change', changing);
    expect(swapped).toMatchObject({ code: 0, output: 'SERVER_SECRET is in use on every server' });
    const again = await operator.run('secret change', changing);
    expect(again.complaint).toBe('SERVER_SECRET is the one in use already');
    const late = await operator.run('secret status');
    expect(late.complaint).toMatch(/^SERVER_SECRET is not the one that this database is used with/);
  });
});

test('cli says what it can do', async () => {
  await using operator = await startOperator(await sqliteDatabase());
  for (const ask of ['', '--help', 'help']) {
    const { code, output } = await operator.run(ask);
    expect(code).toBe(0);
    for (const name of ['migrate', 'org set-tier', 'sub-org archive', 'keys import FILE']) {
      expect(output).toContain(name);
    }
  }
  const { output } = await operator.run('org --help');
  expect(output).toContain('org add --clerk-id ID --name N --tier 1|2|3');
  expect(output).not.toContain('keys import');
  for (const same of ['org -h', 'org', '--json org']) {
    expect(await operator.run(same)).toMatchObject({ code: 0, output });
  }
});

test.each([
  ['frobnicate', 2, /^"frobnicate" is no command: see --help$/],
  ['frobnicate --help', 2, /^"frobnicate" is no command$/],
  ['org add --clerk-id org_a --name N', 2, /^--tier is missing \(usage: org add /],
  ['org add --clerk-id org_a --name N --tier 4', 2, /^--tier takes 1, 2, 3$/],
  [
    'org add --clerk-id org/a --name N --tier 1',
    1,
    /^--clerk-id: expected a Clerk organization id/,
  ],
  ['org remove', 2, /^"org remove" is no command: org takes add, set-tier, list$/],
  ['keys list --org org_a --org org_b', 2, /^--org is given more than once \(usage: keys list /],
  ['org list --all', 2, /^Unknown option '--all' \(usage: org list\)$/],
  ['org list extra', 2, /^"extra" is one argument too many \(usage: org list\)$/],
  ['keys revoke', 2, /^KEY_ID is missing \(usage: keys revoke KEY_ID /],
  ['keys list --status gone', 2, /^--status takes active, disabled, expired, revoked /],
  ['completion zsh', 2, /^SHELL takes bash$/],
  ['sub-org archive one', 2, /^ID is a number$/],
  ['sub-org archive 1', 1, /^Sub-organization not found$/],
  ['keys revoke key_x', 1, /^API key not found$/],
  ['keys import /nowhere/keys.jsonl', 1, /^ENOENT: no such file or directory/],
  ['session --persona nobody', 2, /^--persona takes parent-admin, parent-member, /],
  ['session --persona outsider', 1, /^no server answers at http:\/\/127\.0\.0\.1:1: start it/],
])('cli %s fails with one clear line', async (line, code, message) => {
  await using operator = await startOperator(await sqliteDatabase());
  const ran = await operator.run(line, { PORT: '1' });
  expect(ran).toMatchObject({ code, output: '' });
  expect(ran.complaint).toMatch(message);
  expect(ran.complaint).not.toContain('\n');
});

test('cli tells a wrong setting, or a database that is away, in one line without the password', async () => {
  await using operator = await startOperator(await sqliteDatabase());
  const wrong = await operator.run('org list', { LOG_LEVEL: 'loud' });
  expect(wrong).toMatchObject({
    code: 1,
    complaint: expect.stringMatching(/^LOG_LEVEL is "loud"/),
  });
  const away = await operator.run('org list', { DATABASE_URL: 'postgresql://u:pw@127.0.0.1:1/x' });
  expect(away).toMatchObject({
    code: 1,
    complaint: 'the database does not answer: connect ECONNREFUSED 127.0.0.1:1',
  });
});

test('cli explains each noun and each verb with an example, and tells its version', async () => {
  await using operator = await startOperator(await sqliteDatabase());
  const all = (await operator.run('--help')).output.match(/^ {2}(\S.*)$/gm) ?? [];
  expect(all.length).toBeGreaterThan(20);
  for (const line of all) {
    const [, name = ''] = /^ {2}([a-z-]+(?: [a-z-]+(?= |$))?)/.exec(line) ?? [];
    for (const topic of [name, name.split(' ')[0]]) {
      const { code, output } = await operator.run(`${topic} --help`);
      expect([name, code]).toEqual([name, 0]);
      expect(output).toContain(line);
      expect(output).toContain(`$ npm run cli -- ${topic}`);
    }
  }
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect((await operator.run('--version')).output).toBe(version);
});

test('cli tells every fault of an import file at once, and a failure under --json as JSON', async () => {
  await using operator = await startOperator(await sqliteDatabase());
  await operator.run('org add --clerk-id org_a --name Acme --tier 3');
  const good = { hash_sha256: digest('good'), label: 'good', org: 'org_a' };
  const file = await operator.file([good, { ...good, label: '' }, [good], { ...good, expires: 1 }]);
  const { code, complaint } = await operator.run(`keys import ${file}`);
  expect([code, complaint.split('\n')]).toEqual([
    1,
    [
      '3 faults; nothing was imported',
      'line 2: label: ensure this value has at least 1 characters',
      'line 3: not a JSON object',
      expect.stringMatching(/^line 4: "expires" is none of hash_sha256, /),
    ],
  ]);
  const others = await operator.file([
    { ...good, org: 'org_x' },
    { ...good, hash_sha256: digest('b'), org: 'org_y' },
  ]);
  const unknown = await operator.run(`keys import ${others} --json`);
  expect(JSON.parse(unknown.complaint)).toEqual({
    error:
      '2 faults; nothing was imported\nline 1: org: not a parent organization\nline 2: org: not a parent organization',
  });
  // From where the operator stands: npm starts the tool in its own folder.
  const relative = await operator.run('keys import nowhere.jsonl', { INIT_CWD: '/tmp/here' });
  expect(relative.complaint).toContain("'/tmp/here/nowhere.jsonl'");
});

test('a table of cli fits the terminal, and is whole in a pipe', async () => {
  await using operator = await startOperator(await sqliteDatabase());
  await operator.run(`org add --clerk-id org_a --name ${'N'.repeat(100)} --tier 3`);
  const whole = await operator.run('org list');
  expect(whole.output).toContain('N'.repeat(100));
  const narrow = await operator.run('org list', {}, 60);
  for (const line of narrow.output.split('\n')) expect([...line].length).toBeLessThanOrEqual(60);
  expect(narrow.output).toContain('…');
});

test('cli completes nouns, verbs and options in bash', async (context) => {
  if (spawnSync('bash', ['--version']).status !== 0) context.skip('bash is not installed');
  await using operator = await startOperator(await sqliteDatabase());
  const { output } = await operator.run('completion bash');
  const complete = (...words: string[]) => {
    const list = ['reporisk', ...words].map((word) => `'${word}'`).join(' ');
    const script = `${output}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length}; _reporisk; echo "\${COMPREPLY[*]}"`;
    return spawnSync('bash', ['-c', script]).stdout.toString().trim();
  };
  expect(complete('ke')).toBe('keys');
  expect(complete('keys', '')).toBe('list import revoke');
  expect(complete('keys', 'list', '--s')).toBe('--status --search');
  expect(complete('restore', '--accept', '--j')).toBe('--journal --json');
});

test('cli as a process writes its answer, or one line and an exit code', async () => {
  await using place = await sqliteDatabase();
  const start = (...args: string[]) =>
    new Promise((done) => {
      const options = {
        cwd: dirname(place.path),
        env: { ...processEnvironment, DATABASE_URL: place.url },
      };
      execFile(
        process.execPath,
        [resolve('server/cli/main.ts'), ...args],
        options,
        (error, ...out) => {
          done([error?.code ?? 0, ...out]);
        },
      );
    });
  const [migrated, refused] = await Promise.all([
    start('--json', 'migrate'),
    start('sub-org', 'archive', 'one'),
  ]);
  expect(migrated).toEqual([0, '{"migrated":true}\n', '']);
  expect(refused).toEqual([2, '', 'ID is a number\n']);
});

/** An operator with a private installation. */
async function startOperator(place: AsyncDisposable & { readonly url: string }) {
  await using resources = new AsyncDisposableStack();
  resources.use(place);
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-cli-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const database = resources.use(await openAuditedDatabase(place.url));
  await database.migrate();
  const env = { DATABASE_URL: place.url, SERVER_SECRET };
  let files = 0;
  const running = resources.move();

  async function run(
    line: string,
    settings: Readonly<Record<string, string>> = {},
    columns: number | null = null,
  ) {
    const args = line.split(' ').filter(Boolean);
    const given = { ...env, ...settings };
    const ended = await runCli(args, given, undefined, undefined, columns);
    return { output: '', complaint: '', ...ended };
  }
  return {
    database,
    run,
    async json(line: string) {
      const { code, output, complaint } = await run(`${line} --json`);
      expect([code, complaint]).toEqual([0, '']);
      return JSON.parse(output);
    },
    /** Writes JSON lines. */
    async file(lines: readonly unknown[], end = '') {
      const path = join(folder, `${++files}.jsonl`);
      await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n') + end);
      return path;
    },
    /** The audit log's rows, in order: action and organization. */
    async actions() {
      const events = await database.read().find(AuditEvent, {}, { orderBy: { id: 'asc' } });
      expect(events.every(({ actor }) => actor === 'operator')).toBe(true);
      return events.map(({ action, orgId }) => [action, orgId ?? null]);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
