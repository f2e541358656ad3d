import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verificationSecretOf } from '../../server/database/verification-secret.ts';
import { openVerifier } from '../../server/store.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { type Deployment, deploy, serverSecret } from './deployment.ts';

const verificationSecret = verificationSecretOf(serverSecret);
const role = `verifier_${randomUUID().replaceAll('-', '')}`;
/** The statements as the README has them. */
const [, statements = ''] =
  /```sql\n(create role verifier [\s\S]*?)```/.exec(readFileSync('server/README.md', 'utf8')) ?? [];

let place: Awaited<ReturnType<typeof postgresDatabase>>;
let deployment: Deployment;
let administrator: Client;
let databaseUrl: string;

beforeAll(async () => {
  place = await postgresDatabase();
  deployment = await deploy(place.url);
  administrator = new Client({ connectionString: place.url });
  await administrator.connect();
  await administrator.query(statements.replaceAll('verifier', role));
  const url = new URL(place.url);
  url.username = role;
  url.password = 'a long random one';
  databaseUrl = url.href;
});
afterAll(async () => {
  await administrator.query(`drop owned by ${role}`);
  await administrator.query(`drop role ${role}`);
  await administrator.end();
  await deployment[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

test('the role in the README verifies, caches, hears of revocations, limits and records', async () => {
  const { id, raw } = await deployment.createKey({
    rate_limit: { limit: 50, window_seconds: 3600 },
  });
  const errors: unknown[] = [];
  {
    await using verifier = await openVerifier({
      databaseUrl,
      verificationSecret,
      onError: (error) => errors.push(error),
    });
    for (let n = 0; n < 40; n++) expect(await verifier.verify(raw)).toMatchObject({ ok: true });
    expect(verifier.cacheCounters()?.hits).toBeGreaterThan(30);
    for (let n = 0; n < 9; n++) expect(await deployment.status(raw)).toBe(200);
    expect(await verifier.verify(raw)).toMatchObject({ ok: true });
    expect(await verifier.verify(raw)).toMatchObject({ ok: false, reason: 'rate_limited' });
    await deployment.revoke(id);
    expect(await verifier.verify(raw)).toMatchObject({ ok: false, reason: 'revoked' });
    const { rows } = await administrator.query(
      'select count(*)::int as holders, min(acknowledged) = (select n from epoch) as told from holder',
    );
    expect(rows).toEqual([{ holders: 2, told: true }]);
  }
  const key = await deployment.manage<Record<string, unknown>>(`api-keys/${id}`);
  expect(key.last_used_at).not.toBeNull();
  const { rows } = await administrator.query(
    "select count(*)::int as calls from key_call where endpoint = '-'",
  );
  expect(rows).toEqual([{ calls: 41 }]);
  const { rows: refused } = await administrator.query(
    `select reason, count::int, s.preview is not null as dead
     from key_refusal r left join key_refused_secret s using (key_id, reason) order by reason`,
  );
  expect(refused).toEqual([
    { reason: 'rate_limited', count: 1, dead: false },
    { reason: 'revoked', count: 1, dead: true },
  ]);
  expect(errors).toEqual([]);
});

test('the role in the README may read and write nothing else', async () => {
  const granted: Readonly<Record<string, string>> = {
    api_key: 'select',
    api_key_secret: 'select',
    organization: 'select',
    sub_org: 'select',
    membership: 'select',
    service_account: 'select',
    secret_in_use: 'select',
    restoration: 'select',
    epoch: 'select, update(one)',
    invalidation: 'select',
    holder: 'select, insert, update, delete',
    key_call: 'insert',
    key_hour: 'select, insert, update',
    key_use: 'select, insert, update',
    key_scope_use: 'select, insert, update',
    key_retiring_use: 'select, insert, update',
    key_client_use: 'select, insert, update',
    key_refusal: 'select, insert, update, delete',
    key_refused_secret: 'select, insert, update',
    rate_limit_window: 'select, insert, update, delete',
  };
  const kinds = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'];
  const { rows } = await administrator.query<{ name: string; privileges: string }>(
    `select c.relname as name, concat_ws(', ',
       (select string_agg(kind, ', ' order by place)
        from unnest($2::text[]) with ordinality as kinds(kind, place)
        where has_table_privilege($1, c.oid, kind)),
       (select string_agg('update(' || a.attname || ')', ', ')
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not has_table_privilege($1, c.oid, 'update')
          and has_column_privilege($1, c.oid, a.attname, 'update'))) as privileges
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')`,
    [role, kinds],
  );
  const held = rows.filter(({ privileges }) => privileges !== '');
  expect(Object.fromEntries(held.map(({ name, privileges }) => [name, privileges]))).toEqual(
    granted,
  );
  expect(rows.length).toBeGreaterThan(held.length);

  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  for (const statement of [
    'update epoch set n = n + 1',
    'update epoch set one = false',
    'delete from invalidation',
    'update api_key set disabled = false',
    'update api_key_secret set seal = seal',
    'delete from key_call',
    'select secret from webhook',
    'create table mine (id text)',
    'alter table holder disable trigger all',
  ]) {
    await expect(client.query(statement), statement).rejects.toThrow(
      /permission denied|must be owner|violates check constraint/,
    );
  }
  await client.end();
});

test('onError warns of each table that the role may write besides', async () => {
  const warnings = async (url: string) => {
    const errors: string[] = [];
    const onError = (error: unknown) => errors.push(String(error));
    const settings = { databaseUrl: url, verificationSecret, onError };
    await (await openVerifier(settings))[Symbol.asyncDispose]();
    return errors;
  };
  const says = (tables: string) => [
    expect.stringMatching(
      new RegExp(`^ConfigError: the verifier's database role may write ${tables}: with the secret`),
    ),
  ];
  expect(await warnings(databaseUrl)).toEqual([]);
  await administrator.query(`grant insert on api_key_secret to ${role}`);
  await administrator.query(`grant update (disabled) on api_key to ${role}`);
  await administrator.query(`grant update (n) on epoch to ${role}`);
  expect(await warnings(databaseUrl)).toEqual(says('api_key, api_key_secret, epoch'));
  await administrator.query(`revoke insert on api_key_secret from ${role}`);
  await administrator.query(`revoke update (disabled) on api_key from ${role}`);
  await administrator.query(`revoke update (n) on epoch from ${role}`);
  expect(await warnings(place.url)).toEqual(says('anthropic_key, .*, webhook_receipt'));
});

test("a store's own fault is unavailable, and onError gets it", async () => {
  const { raw } = await deployment.createKey();
  const errors: string[] = [];
  await using verifier = await openVerifier({
    databaseUrl,
    verificationSecret,
    onError: (error) => errors.push(String(error)),
  });
  await administrator.query(`revoke select on sub_org from ${role}`);
  expect(await verifier.verify(raw)).toMatchObject({ ok: false, reason: 'unavailable' });
  expect(errors).toEqual(['error: permission denied for table sub_org']);
  await administrator.query(`grant select on sub_org to ${role}`);
  expect(await verifier.verify(raw)).toMatchObject({ ok: true });
});

test('openVerifier() says which table its role may not read', async () => {
  await administrator.query(`revoke select on membership from ${role}`);
  const opened = openVerifier({ databaseUrl, verificationSecret });
  await expect(opened).rejects.toThrow('permission denied for table membership');
  await administrator.query(`grant select on membership to ${role}`);
});
