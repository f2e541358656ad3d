import { expect, test } from 'vitest';
import { allDialects } from '../../core/mod.ts';
import { createForgedRows } from '../../server/audit/forged-rows.ts';
import { applyOrganization } from '../../server/clerk/apply-organization.ts';
import { clerkTime } from '../../server/clerk/clerk-change.ts';
import { AuditEvent } from '../../server/database/entities/audit-event.ts';
import { Job } from '../../server/database/entities/job.ts';
import { KeyImport } from '../../server/database/entities/key-import.ts';
import { SubOrg } from '../../server/database/entities/sub-org.ts';
import { WebhookDelivery } from '../../server/database/entities/webhook-delivery.ts';
import { jobHandlers } from '../../server/job-handlers.ts';
import { importApiKeys } from '../../server/operations/api-keys/import.ts';
import { execute } from '../../server/operations/execute.ts';
import { startWorker } from '../../server/queue/worker.ts';
import { answer, demoIds, issueKey } from '../support/issued-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testScheme,
} from '../support/server.ts';
import { startDelivering } from './webhooks/delivering.ts';

// An attacker with write access to the database and no secret: everything below is SQL, and gives nothing.

const settings = '/api/v1/settings';
const as = 'parent-admin';
const victim = 'org_demo_acme';
const attacker = 'org_demo_globex';
const coherent = { coherent: true };

async function sql(server: RunningServer, text: string, values: unknown[] = []): Promise<void> {
  await server.database.transaction((em) => em.execute(text, values));
  await server.propagated();
}

/** Does every task that is due, as a server does. */
async function work({ services, database }: RunningServer): Promise<void> {
  const { logger, now } = services;
  await using worker = startWorker({ database, handlers: jobHandlers(services), logger, now });
  await worker.idle();
}

/** An import as the operator's command queues it. */
async function queueImport(server: RunningServer, org: string, hash: string): Promise<string> {
  const caller = { kind: 'operator', organizationId: null } as const;
  const request = { caller, origin: { requestId: null, ipAddress: null } };
  const items = [{ hashSha256: hash, label: 'Legacy', org }];
  const { jobIds } = await execute(importApiKeys, server.services, request, () => ({ items }));
  return jobIds[0] ?? '';
}

/** The rows audited as forged: kind and id. */
async function forged(server: RunningServer): Promise<unknown[]> {
  await server.forgedRows[Symbol.asyncDispose]();
  const events = await server.database
    .read()
    .find(AuditEvent, { action: 'integrity.forgedRow' }, { orderBy: { seq: 'asc' } });
  return events.map(({ changes, target, orgId }) => [changes?.kind, target, orgId]);
}

const status = async (server: RunningServer, raw: string, path = '/api/v1/key', json?: object) =>
  (await server.fetch(path, { as: raw, ...(json && { json }) })).status;

const analyze = { url: 'https://git.invalid/acme-security/forged' };

onBothDatabases((kind) => {
  test('a job, its line and its task that were not queued by the server write no key', async () => {
    await using server = await startServerOn(kind, coherent);
    const { id, raw } = await issueKey(server);
    const em = server.database.read();
    const [secret] = await em.execute<{ lookup: string }[]>(
      'select lookup from api_key_secret where key_id = ?',
      [id],
    );
    const item = {
      id: 'key_forged',
      lookup: secret?.lookup,
      hash: secret?.lookup,
      label: 'Mine',
      subOrgId: null,
      preview: null,
      createdAt: null,
      expiresAt: null,
    };
    const now = new Date(0);
    await sql(server, 'delete from api_key_secret where key_id = ?', [id]);
    await sql(
      server,
      `insert into job (id, type, org_id, status, progress, mac, created_at, updated_at)
       values ('job_forged', 'key_import', ?, 'queued', 0, 'none', ?, ?)`,
      [victim, now, now],
    );
    await sql(server, "insert into key_import (job_id, line, item) values ('job_forged', 1, ?)", [
      JSON.stringify(item),
    ]);
    await sql(
      server,
      `insert into task (id, type, position, attempts, run_at)
       values ('job_forged', 'key_import', 0, 0, ?)`,
      [now],
    );
    await work(server);
    expect(await status(server, raw)).toBe(401);
    const job = await server.database.read().findOneOrFail(Job, { id: 'job_forged' });
    expect(job).toMatchObject({ status: 'failed', progress: 0 });
    expect(await server.database.read().count(KeyImport)).toBe(0);
    expect(await forged(server)).toEqual([['job', 'job_forged', victim]]);
    expect(server.forgedRows.count()).toBe(1);
  });

  test('a line that was copied from an import of one’s own writes no key for another', async () => {
    await using server = await startServerOn(kind, coherent);
    const { raw } = await issueKey(server);
    const hash = server.services.hashing.sha256(raw);
    const { sha256 } = server.services.hashing;
    const own = await queueImport(server, attacker, sha256('attacker'));
    const theirs = await queueImport(server, victim, sha256('victim'));
    const line = (jobId: string) =>
      server.database.read().findOneOrFail(KeyImport, { jobId, line: 1 });
    const copied = await line(own);
    await sql(server, 'update key_import set item = ?, mac = ? where job_id = ?', [
      ...[JSON.stringify(copied.item), copied.mac, theirs],
    ]);
    await sql(server, 'update job set org_id = ? where id = ?', [victim, own]);
    await work(server);
    const jobs = await server.database.read().find(Job, { id: { $in: [own, theirs] } });
    expect(Object.fromEntries(jobs.map((job) => [job.id, [job.status, job.result]]))).toEqual({
      [own]: ['failed', null],
      [theirs]: ['completed', { imported: 0, revoked: 0, existing: 0, refused: 1 }],
    });
    const [count] = await server.database
      .read()
      .execute<{ n: number | string }[]>('select count(*) as n from api_key where imported');
    expect(Number(count?.n)).toBe(0);
    expect((await forged(server)).sort()).toEqual(
      [
        ['job', own, victim],
        ['key-import', theirs, victim],
      ].sort(),
    );
    // A key that the server issued cannot be imported.
    await expect(queueImport(server, attacker, hash)).rejects.toThrow();
  });

  test('a finished import that is put back writes nothing again', async () => {
    await using server = await startServerOn(kind, coherent);
    const id = await queueImport(server, victim, server.services.hashing.sha256('legacy'));
    const [kept] = await server.database.read().find(KeyImport, { jobId: id });
    await work(server);
    const keys = () =>
      server.database
        .read()
        .execute<{ id: string }[]>('select id from api_key where imported order by id');
    const before = await keys();
    expect(before.length).toBe(1);
    await sql(server, 'delete from api_key_secret where key_id = ?', [before[0]?.id]);
    await sql(server, "update job set status = 'queued', completed_at = null where id = ?", [id]);
    await sql(server, 'insert into key_import (job_id, line, item, mac) values (?, 1, ?, ?)', [
      ...[id, JSON.stringify(kept?.item), kept?.mac],
    ]);
    await sql(
      server,
      "insert into task (id, type, position, attempts, run_at) values (?, 'key_import', 0, 0, ?)",
      [id, new Date(0)],
    );
    await work(server);
    expect(await keys()).toEqual(before);
    const [secrets] = await server.database
      .read()
      .execute<{ n: number | string }[]>('select count(*) as n from api_key_secret where legacy');
    expect(Number(secrets?.n)).toBe(0);
  });

  test('forged rows in numbers are all counted, and a hundred of them audited', async () => {
    await using server = await startServerOn(kind, coherent);
    const lines: unknown[] = [];
    const logger = { error: (...line: unknown[]) => void lines.push(line.at(-1)) };
    const reports = createForgedRows({ logger, now: Date.now });
    reports.recordIn(server.database);
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 150; n += 1) {
        reports.report({ kind: 'service-account', id: `sa_${n}`, orgId: victim });
      }
      await reports[Symbol.asyncDispose]();
      expect(await forged(server)).toHaveLength(100);
    }
    expect(reports.count()).toBe(300);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('more than 100 forged rows: the rest is only counted');
  });

  test('every imported key is in the audit log', async () => {
    await using server = await startServerOn(kind, coherent);
    const job = await queueImport(server, victim, server.services.hashing.sha256('legacy'));
    await work(server);
    const [key] = await server.database
      .read()
      .execute<{ id: string }[]>('select id from api_key where imported');
    const event = await server.database.read().findOneOrFail(AuditEvent, { target: key?.id ?? '' });
    expect(event).toMatchObject({
      action: 'apiKeys.import',
      actor: 'operator',
      orgId: victim,
      changes: { label: 'Legacy', jobId: job },
    });
  });

  test('a role that was written into a service account is none, until an admin sets it', async () => {
    await using server = await startServerOn(kind, coherent);
    const json = { name: 'CI', role: 'viewer' };
    const { body: account } = await answer(
      server.fetch(`${settings}/service-accounts`, { as, json }),
    );
    const { raw } = await issueKey(server, { service_account_id: account.id });
    expect(await status(server, raw, '/api/v1/repos/analyze', analyze)).toBe(403);
    await sql(server, "update service_account set role = 'engineer' where id = ?", [account.id]);
    expect(await status(server, raw, '/api/v1/repos/analyze', analyze)).toBe(403);
    expect(await status(server, raw, '/api/v1/repos')).toBe(403);
    expect(await forged(server)).toEqual([['service-account', account.id, victim]]);
    const path = `${settings}/service-accounts/${account.id}`;
    await server.fetch(path, { as, method: 'PATCH', json: { name: 'Renamed' } });
    expect(await status(server, raw, '/api/v1/repos')).toBe(403);
    await server.fetch(path, { as, method: 'PATCH', json: { role: 'engineer' } });
    expect(await status(server, raw, '/api/v1/repos/analyze', analyze)).toBe(202);
  });

  test('a service account that was copied into another organization gives its keys nothing', async () => {
    await using server = await startServerOn(kind, coherent);
    const json = { name: 'CI', role: 'admin' };
    const { body: account } = await answer(
      server.fetch(`${settings}/service-accounts`, { as, json }),
    );
    const { id, raw } = await issueKey(server);
    await sql(
      server,
      `insert into service_account
         (id, org_id, name, slug, role, role_mac, is_active, created_at, updated_at)
       select 'sa_copied', org_id, name, 'copied', role, role_mac, is_active, created_at, updated_at
       from service_account where id = ?`,
      [account.id],
    );
    await sql(server, "update api_key set service_account_id = 'sa_copied' where id = ?", [id]);
    expect(await status(server, raw, '/api/v1/repos')).toBe(403);
    expect(await forged(server)).toEqual([['service-account', 'sa_copied', victim]]);
  });

  test('a membership that was written as an admin’s leaves a member a member', async () => {
    await using server = await startServerOn(kind, coherent);
    const member = server.session({ user: 'user_eve', organization: victim, role: 'member' });
    const list = (as: string) => server.fetch(`${settings}/api-keys`, { as });
    expect((await list(member)).status).toBe(403);
    await sql(server, "update membership set role = 'admin' where user_id = 'user_eve'");
    expect((await list(member)).status).toBe(403);
    const json = { label: 'CI' };
    expect((await server.fetch(`${settings}/api-keys`, { as: member, json })).status).toBe(403);
  });

  const moved: [what: string, before: string[]] = ['moved to another organization', []];
  const nameless: typeof moved = [
    'moved, and without a name',
    ['alter table sub_org alter column name drop not null', 'update sub_org set name = null'],
  ];
  // SQLite's own tables keep a name from being null.
  test.each(kind === 'postgresql' ? [moved, nameless] : [moved])(
    'a linked sub-org that was %s gives its members nothing there',
    async (_what, statements) => {
      await using server = await startServerOn(kind, coherent);
      const clerkId = 'org_demo_acme_mobile';
      const [link] = await server.database
        .read()
        .execute<{ id: number }[]>('select id from sub_org where clerk_id = ?', [clerkId]);
      const admin = server.session({ user: 'user_sub', organization: clerkId, role: 'admin' });
      expect((await server.fetch('/api/v1/repos', { as: admin })).status).toBe(200);
      for (const statement of statements) await sql(server, statement);
      await sql(server, 'update sub_org set org_id = ? where clerk_id = ?', [attacker, clerkId]);
      for (const path of ['/api/v1/repos', `${settings}/api-keys`, `${settings}/session`]) {
        expect([path, (await server.fetch(path, { as: admin })).status]).toEqual([path, 403]);
      }
      expect(await forged(server)).toEqual([['sub-org-link', String(link?.id), attacker]]);
    },
  );

  test('a link that was written lets no organization into another', async () => {
    await using server = await startServerOn(kind, coherent);
    const { payments } = await demoIds(server);
    const as = server.session({
      user: 'user_out',
      organization: 'org_demo_initech',
      role: 'admin',
    });
    expect((await server.fetch(`${settings}/session`, { as })).status).toBe(200);
    await sql(server, "update sub_org set clerk_id = 'org_demo_initech' where id = ?", [payments]);
    for (const path of ['/api/v1/repos', `${settings}/session`]) {
      expect([path, (await server.fetch(path, { as })).status]).toEqual([path, 403]);
    }
    expect(await forged(server)).toEqual([['sub-org-link', String(payments), victim]]);
  });

  test('a former link that was written links no other sub-org', async () => {
    await using server = await startServerOn(kind, coherent);
    const { database, services } = server;
    const { payments, mobile } = await demoIds(server);
    const clerkId = 'org_demo_acme_mobile';
    const context = { now: new Date(), logger: services.logger, rowMacs: database.rowMacs };
    const tell = (parentId: string | null, at: number) =>
      database.transaction((em) =>
        applyOrganization(
          em,
          { id: clerkId, name: 'Mobile', tier: null, parentId, at: clerkTime(at) },
          context,
        ),
      );
    // As a link of Clerk's, which its metadata loses and gets back.
    await sql(server, 'update sub_org set as_of = ? where id = ?', [new Date(1), mobile]);
    await tell(victim, 1);
    await tell(null, 2);
    await sql(
      server,
      `update sub_org set former_clerk_id = ?,
         link_mac = (select link_mac from sub_org where id = ?) where id = ?`,
      [clerkId, mobile, payments],
    );
    await sql(server, 'update sub_org set former_clerk_id = null where id = ?', [mobile]);
    await tell(victim, 3);
    const linked = await database.read().find(SubOrg, { clerkId });
    expect(linked).toHaveLength(1);
    expect([payments, mobile]).not.toContain(linked[0]?.id);
    expect(await forged(server)).toEqual([['former-sub-org-link', String(payments), victim]]);
  });

  test('an event that was written or altered is not signed and not sent', async () => {
    await using it = await startDelivering(kind);
    const { server, receiver } = it;
    const webhook = await it.addWebhook();
    it.receiver.answer(() => 204);
    const { id: keyId } = await issueKey(server);
    await sql(server, "update webhook_delivery set payload = replace(payload, 'CI', 'XX')");
    await sql(
      server,
      `insert into webhook_delivery
         (id, webhook_id, event_id, type, key_id, payload, status, attempts, created_at)
       values ('whd_forged', ?, 'msg_forged', 'api_key.leaked', ?, '{}', 'pending', 0, ?)`,
      [webhook.id, keyId, new Date(0)],
    );
    await sql(
      server,
      `insert into task (id, type, position, attempts, run_at)
       values ('whd_forged', 'webhook_delivery', 0, 0, ?)`,
      [new Date(0)],
    );
    await it.worker.work();
    expect(receiver.messages).toEqual([]);
    const deliveries = await server.database.read().find(WebhookDelivery, {});
    expect(deliveries.map((each) => [each.status, each.lastError])).toEqual([
      ['failed', 'the event was not written by the server'],
      ['failed', 'the event was not written by the server'],
    ]);
    expect((await forged(server)).length).toBe(2);
  });

  test('a secret that was moved to another key or organization is refused', async () => {
    await using server = await startServerOn(kind, coherent);
    const own = await issueKey(server);
    const other = await issueKey(server);
    await sql(server, 'update api_key set org_id = ? where id = ?', [attacker, own.id]);
    expect(await status(server, own.raw)).toBe(401);
    await sql(server, 'update api_key_secret set key_id = ? where lookup = ?', [
      own.id,
      testScheme.lookup(server.services.hashing.sha256(other.raw)),
    ]);
    expect(await status(server, other.raw)).toBe(401);
  });

  test('a key that was moved to another dialect is refused', async () => {
    await using server = await startServerOn(kind, { ...coherent, dialects: allDialects });
    const own = await issueKey(server, { dialect: 'repurai' });
    const key = { 'x-api-key': own.raw };
    expect((await server.fetch('/v1/api-keys', { headers: key })).status).toBe(200);
    for (const dialect of ['reporisk', 'platform']) {
      await sql(server, 'update api_key set dialect = ? where id = ?', [dialect, own.id]);
      expect((await server.fetch('/v1/api-keys', { headers: key })).status).toBe(401);
      expect((await server.fetch('/auth/verify', { as: own.raw })).status).toBe(401);
    }
  });

  test('an Anthropic key that was copied to another organization, or altered, is none', async () => {
    await using server = await startServerOn(kind, coherent);
    const keyOf = async (orgId: string) => {
      const path = `${settings}/anthropic-key`;
      const admin = server.session({ user: 'user_any', organization: orgId, role: 'admin' });
      return (await answer(server.fetch(path, { as: admin }))).body.configured;
    };
    const copy = 'select secret from anthropic_key where org_id = ?';
    await sql(server, 'update anthropic_key set mac = mac, set_by = ? where org_id = ?', [
      ...['user_other', attacker],
    ]);
    expect(await keyOf(attacker)).toBe(false);
    await sql(server, `update anthropic_key set secret = (${copy}) where org_id = ?`, [
      ...['org_demo_initech', victim],
    ]);
    expect(await keyOf(victim)).toBe(false);
    expect(await keyOf('org_demo_initech')).toBe(true);
    expect((await server.fetch('/api/v1/repos/analyze', { as, json: analyze })).status).toBe(409);
    expect((await forged(server)).sort()).toEqual([
      ['anthropic-key', victim, victim],
      ['anthropic-key', attacker, attacker],
    ]);
  });

  /** Every table, with its protection against rows written by hand. */
  const tables: Readonly<Record<string, string>> = {
    anthropic_key: 'MAC; encrypted for its organization',
    anthropic_use: 'gives nothing',
    api_key: 'sealed to its organization; what it may do is not promised (SECURITY.md)',
    api_key_secret: 'sealed',
    api_key_expiry_notice: 'gives nothing',
    audit_event: 'chained',
    audit_head: 'chained',
    deleted_user: 'takes away only',
    epoch: 'takes away only',
    extension: "the organization's own data",
    former_secret: 'encrypted; one that is not is left out',
    holder: 'coherence among processes that write',
    idempotent_answer: 'MAC',
    invalidation: 'takes away only',
    job: 'MAC',
    key_call: 'gives nothing',
    key_client_use: 'gives nothing',
    key_hour: 'gives nothing',
    key_import: 'MAC',
    key_refusal: 'gives nothing',
    key_refused_secret: 'gives nothing',
    key_retiring_use: 'gives nothing',
    key_scope_use: 'gives nothing',
    key_search: 'gives nothing',
    key_order: 'gives nothing',
    key_use: 'gives nothing',
    live_key_change: 'limits only',
    live_key_count: 'limits only',
    membership: 'the lesser of row and token',
    mikro_orm_migrations: 'a migration that ran cannot run again',
    organization: 'a plan is not promised (SECURITY.md)',
    rate_limit_window: 'limits only',
    repo: "the organization's own data",
    revoked_secret: 'takes away only',
    restoration: 'closes management; that it was accepted is not promised (SECURITY.md)',
    secret_in_use: 'names a secret that processes know or refuse to start with',
    service_account: 'MAC',
    sub_org: 'MAC',
    upload_piece: 'a part of a file whose digest its job’s MAC covers',
    timeline: 'coherence among processes that write',
    task: 'names a job or a delivery, which has a MAC',
    webhook: 'secrets are encrypted for their organization; targets are not promised (SECURITY.md)',
    webhook_attempt: 'gives nothing',
    webhook_delivery: 'MAC',
    webhook_health: 'gives nothing; a pause without end is ended by hand',
    webhook_receipt: 'a message is signed, and old after five minutes',
  };

  test('every table is known with what a row in it could give', async () => {
    await using server = await startServerOn(kind);
    const names = await server.database
      .read()
      .execute<{ name: string }[]>(
        kind === 'sqlite'
          ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
          : "select tablename as name from pg_tables where schemaname = 'public'",
      );
    const unknown = names
      .map(({ name }) => name.replace(/^(key_call|key_search)_.*/, '$1'))
      .filter((name) => !Object.hasOwn(tables, name));
    expect(unknown).toEqual([]);
  });
});
