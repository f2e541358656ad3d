import { expect, test } from 'vitest';
import { digestOf, type NewAuditEvent } from '../../../server/audit/audit-row.ts';
import {
  type AuditedDatabase,
  openAuditedDatabase,
} from '../../../server/audit/audited-database.ts';
import { parseHead } from '../../../server/audit/head.ts';
import { logHead } from '../../../server/audit/log-head.ts';
import { recordOperation } from '../../../server/audit/record-event.ts';
import { createKeyring } from '../../../server/crypto/keyring.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { onEachDatabase } from '../../support/databases.ts';

const key = new Uint8Array(32).fill(1);
const newKey = new Uint8Array(32).fill(2);
const at = new Date('2026-03-04T05:06:07.089Z');

function event(name: string, differences: Partial<NewAuditEvent> = {}): NewAuditEvent {
  return {
    id: `evt_${name}`,
    orgId: 'org_1',
    at,
    actor: 'user:ada',
    action: 'apiKeys.update',
    target: 'key_1',
    changes: { rateLimit: { windowSeconds: 60, limit: 1 }, label: { before: 'é', after: null } },
    ipAddress: '203.0.113.7',
    requestId: 'req_1',
    ...differences,
  };
}

function record(database: AuditedDatabase, ...names: string[]): Promise<void> {
  return database.transaction(async (em) => {
    for (const name of names) recordOperation(em, event(name));
  });
}

const verify = (database: AuditedDatabase, head: string | null = null) =>
  database.auditLog.verify(database.read(), head === null ? null : parseHead(head));
const headOf = (database: AuditedDatabase) => database.auditLog.head(database.read());

/** Runs statements as a role that may write to the database and drop its triggers. */
async function tamper(database: AuditedDatabase, ...statements: string[]): Promise<void> {
  await database.transaction(async (em) => {
    const triggers =
      database.kind === 'sqlite'
        ? ['audit_event_no_update', 'audit_event_no_delete'].map(
            (name) => `drop trigger if exists ${name}`,
          )
        : ['drop trigger if exists append_only on audit_event'];
    for (const statement of [...triggers, ...statements]) await em.execute(statement);
  });
}

onEachDatabase((place) => {
  async function log(...names: string[]) {
    await using resources = new AsyncDisposableStack();
    const { url } = resources.use(await place());
    const database = resources.use(
      await openAuditedDatabase(url, { keyring: createKeyring(key, null) }),
    );
    for (const name of names) await record(database, name);
    const owned = resources.move();
    return { url, database, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  }

  test('verifyLog() of an empty log, and of one with rows of several transactions', async () => {
    await using empty = await log();
    expect(await verify(empty.database)).toEqual({ events: 0, head: '0:', fault: null });
    await using filled = await log('a', 'b');
    await record(filled.database, 'c', 'd', 'e');
    const { events, head, fault } = await verify(filled.database);
    expect({ events, fault }).toEqual({ events: 5, fault: null });
    expect(head).toMatch(/^5:[0-9a-f]{64}$/);
    expect(await headOf(filled.database)).toBe(head);
    expect(await verify(filled.database, head)).toMatchObject({ fault: null });
    const rows = await filled.database.read().find(AuditEvent, {}, { orderBy: { seq: 'asc' } });
    expect(rows.map(({ id, seq }) => [id, seq])).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name, index) => [`evt_${name}`, index + 1]),
    );
  });

  test('rows of transactions at the same time follow each other without a gap', async () => {
    await using one = await log();
    await using second = await openAuditedDatabase(one.url, { keyring: createKeyring(key, null) });
    // Two of one process would wait for each other's lock on one SQLite file.
    const other = second.kind === 'sqlite' ? one.database : second;
    const names = Array.from({ length: 30 }, (_, index) => `${index}`);
    await Promise.all(
      names.map((name, index) => record(index % 2 ? one.database : other, name, `${name}b`)),
    );
    expect(await verify(other)).toMatchObject({ events: 60, fault: null });
  });

  test('a transaction that fails leaves no row', async () => {
    await using opened = await log('a');
    const failing = opened.database.transaction(async (em) => {
      recordOperation(em, event('b'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await verify(opened.database)).toMatchObject({ events: 1, fault: null });
    expect(() => recordOperation(opened.database.read(), event('c'))).toThrow('in a transaction');
  });

  test('no statement changes or deletes a row', async () => {
    await using opened = await log('a');
    const { database } = opened;
    const statements = [
      "update audit_event set actor = 'user:eve'",
      'delete from audit_event',
      ...(database.kind === 'postgresql' ? ['truncate audit_event'] : []),
    ];
    for (const statement of statements) {
      const attempt = database.transaction((em) => em.execute(statement));
      await expect(attempt).rejects.toThrow('audit_event is append-only');
    }
    expect(await verify(database)).toMatchObject({ events: 1, fault: null });
  });

  test.each([
    ["update audit_event set actor = 'user:eve' where seq = 2", 2, 'altered'],
    ["update audit_event set changes = '{}' where seq = 2", 2, 'altered'],
    ['update audit_event set changes = null where seq = 3', 3, 'altered'],
    ['update audit_event set org_id = null where seq = 2', 2, 'altered'],
    ['delete from audit_event where seq = 2', 2, 'removed'],
    ['delete from audit_event where seq = 1', 1, 'removed'],
    ['delete from audit_event where seq = 4', 4, 'cut'],
    ['delete from audit_event', 1, 'cut'],
    ["update audit_event set mac = '' where seq = 4", 4, 'altered'],
    ["update audit_head set mac = ''", 4, 'altered'],
  ])('verifyLog() after: %s', async (statement, seq, kind) => {
    await using opened = await log('a', 'b', 'c', 'd');
    await tamper(opened.database, statement);
    expect(await verify(opened.database)).toMatchObject({ fault: { seq, kind } });
  });

  test('verifyLog() finds rows that were inserted, whatever place they take', async () => {
    const copy = (seq: number, others: string) =>
      `insert into audit_event (id, seq, org_id, at, actor, action, target, changes, ip_address,
         request_id, mac)
       select 'evt_z', ${seq}, org_id, at, actor, action, target, changes, ip_address, request_id,
         mac from audit_event where ${others}`;
    await using behind = await log('a', 'b', 'c');
    await tamper(behind.database, copy(4, 'seq = 3'));
    expect(await verify(behind.database)).toMatchObject({ fault: { seq: 4, kind: 'inserted' } });
    await using before = await log('a', 'b', 'c');
    await tamper(before.database, copy(0, 'seq = 1'));
    expect(await verify(before.database)).toMatchObject({ fault: { seq: 0, kind: 'inserted' } });
    await using between = await log('a', 'b', 'c');
    await tamper(
      between.database,
      'update audit_event set seq = 4 where seq = 3',
      'update audit_event set seq = 3 where seq = 2',
      copy(2, 'seq = 1'),
      'update audit_head set seq = 4',
    );
    expect(await verify(between.database)).toMatchObject({ fault: { seq: 2, kind: 'altered' } });
  });

  test('a log that was cut and gone on with is found by a head from elsewhere', async () => {
    await using opened = await log('a', 'b');
    const { database } = opened;
    const [first] = await database.read().find(AuditEvent, { seq: 2 });
    const digest1 = digestOf('0'.repeat(64), 1, event('a'));
    const digest2 = digestOf(digest1, 2, event('b'));
    await record(database, 'c', 'd');
    const head = await headOf(database);
    await tamper(
      database,
      'delete from audit_event where seq > 2',
      `update audit_head set seq = 2, digest = '${digest2}', mac = '${first?.mac}'`,
    );
    expect(await verify(database)).toMatchObject({ events: 2, fault: null });
    expect(await verify(database, head)).toMatchObject({ fault: { seq: 3, kind: 'cut' } });
    await record(database, 'e', 'f', 'g');
    expect(await verify(database)).toMatchObject({ events: 5, fault: null });
    expect(await verify(database, head)).toMatchObject({ fault: { seq: 4, kind: 'cut' } });
  });

  test('no row vouches for a log that was forged together with its head', async () => {
    await using opened = await log('a', 'b');
    const { database } = opened;
    const digest1 = digestOf('0'.repeat(64), 1, event('a', { actor: 'user:eve' }));
    const digest2 = digestOf(digest1, 2, event('b'));
    await tamper(
      database,
      "update audit_event set actor = 'user:eve' where seq = 1",
      `update audit_head set digest = '${digest2}'`,
    );
    await record(database, 'c');
    await record(database, 'd');
    expect(await verify(database)).toMatchObject({ events: 4, fault: { seq: 1, kind: 'altered' } });
  });

  test('rows outlive the secret they were written under', async () => {
    await using opened = await log('a', 'b');
    const changing = createKeyring(newKey, key);
    changing.use(changing.accepted[0]?.name ?? '');
    await using changed = await openAuditedDatabase(opened.url, { keyring: changing });
    expect(await verify(changed)).toMatchObject({ events: 2, fault: null });
    await using without = await openAuditedDatabase(opened.url, {
      keyring: createKeyring(newKey, null),
    });
    expect(await verify(without)).toMatchObject({ fault: { seq: 1, kind: 'altered' } });

    const logged: unknown[] = [];
    const waiting: { milliseconds: number; run: () => void }[] = [];
    const logger = { info: (details: unknown) => logged.push(details), error: expect.fail };
    const timer = (milliseconds: number, run: () => void) => {
      waiting.push({ milliseconds, run });
      return () => {};
    };
    const options = { database: changed, now: () => at.getTime(), logger, timer };
    const heads = logHead(options as unknown as Parameters<typeof logHead>[0]);
    await expect.poll(() => waiting.length).toBe(1);
    expect(waiting[0]?.milliseconds).toBe(3_600_000);
    expect(logged).toEqual([{ auditHead: await headOf(changed) }]);
    await record(changed, 'c');
    waiting.pop()?.run();
    await expect.poll(() => waiting.length).toBe(1);
    await heads[Symbol.asyncDispose]();
    expect(logged[1]).toEqual({ auditHead: await headOf(changed) });
    expect(await headOf(changed)).toMatch(/^4:/);

    expect(await verify(without)).toMatchObject({ events: 4, fault: null });
    await tamper(without, "update audit_event set actor = 'user:eve' where seq = 1");
    expect(await verify(without)).toMatchObject({ fault: { seq: 1, kind: 'altered' } });
  });
});
