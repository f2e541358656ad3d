import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { AuditedDatabase } from '../../../server/audit/audited-database.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import type { EntityManager } from '../../../server/database/entity-manager.ts';
import { prepared } from '../../../server/database/prepared.ts';
import { warn } from '../../../server/observability/error-text.ts';
import { explain } from '../../../server/observability/format-error.ts';
import { createLogger } from '../../../server/observability/logger.ts';
import { answer } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn } from '../../support/server.ts';

/** Stands in every row and statement below. */
const value = 'value-of-a-row';
const at = new Date(0);
const row = { id: value, name: value, tier: 3, asOf: at, createdAt: at, updatedAt: at };

const insertRepo = (orgId: string, status: string) => `
  insert into repo (org_id, url, name, status, created_at, updated_at)
  values ('${orgId}', '${value}', '${value}', '${status}', null, null)`;

/** Statements that databases refuse; their errors contain the row or the statement. */
const refused: Readonly<Record<string, (em: EntityManager) => Promise<unknown>>> = {
  'unique, by the ORM': async (em) => {
    await em.insert(Organization, row);
    await em.insert(Organization, row);
  },
  'unique, prepared': (em) =>
    prepared(
      em,
      `insert into service_account (id, org_id, name, slug, role, created_at, updated_at)
       select 'a' || n, 'org_demo_acme', ?, ?, 'viewer', ?, ? from (select 1 as n union select 2) as s`,
      [value, value, at, at],
    ),
  'foreign key': (em) =>
    em.execute(
      `insert into service_account (id, org_id, name, slug, role, created_at, updated_at)
       values ('a', '${value}', '${value}', 'ci', 'viewer', ?, ?)`,
      [at, at],
    ),
  'not null': (em) => em.execute(insertRepo('org_demo_acme', 'queued')),
  check: (em) => em.execute(insertRepo('org_demo_acme', value).replaceAll('null', "'2026-01-01'")),
  number: (em) => em.execute(`update organization set tier = cast(json('${value}') as int)`),
  'not found, by the ORM': (em) => em.findOneOrFail(Organization, { id: value }),
  syntax: (em) => em.execute(`select '' '${value}' "${value}"`),
};

onBothDatabases((kind) => {
  test('no log line holds what a row or a statement held that the database refused', async () => {
    let refuse: ((em: EntityManager) => Promise<unknown>) | null = null;
    const wrap = (database: AuditedDatabase): AuditedDatabase => ({
      ...database,
      get keys() {
        return database.keys;
      },
      transaction: (work) =>
        database.transaction(async (em) => {
          await refuse?.(em);
          return work(em);
        }),
    });
    await using server = await startServerOn(kind, { wrap });
    for (const [name, statement] of Object.entries(refused)) {
      refuse = statement;
      const before = server.log.length;
      const made = server.fetch('/api/v1/settings/api-keys', {
        ...{ as: 'parent-admin', json: { label: 'CI' } },
      });
      expect([name, (await answer(made)).status]).toEqual([name, 500]);
      const lines = server.log.slice(before).join('\n');
      // The operator still finds the refused statement's code, and its place.
      expect(lines).toMatch(/"code":"(SQLITE_\w+|\w{5})"|"type":"NotFoundError"/);
      expect(lines).toMatch(/"stack":" +at /);
      expect([name, lines.includes(value)]).toEqual([name, false]);
    }
  });

  test('explain() and warn() leave out what a statement held', async () => {
    await using server = await startServerOn(kind);
    let error: unknown;
    for (const [name, statement] of Object.entries(refused)) {
      error = await server.database.transaction(statement).catch((thrown) => thrown);
      expect([name, explain(error).includes(value)]).toEqual([name, false]);
    }
    const warned = once(process, 'warning');
    warn(error);
    const [{ message, detail, stack }] = await warned;
    expect(detail).toMatch(/^ +at /);
    expect(`${message}${detail}${stack}`).not.toContain(value);
  });
});

test('createLogger() tells an error by its own words, its code, its place and its causes', () => {
  const output = new PassThrough({ encoding: 'utf8' });
  const logger = createLogger({ level: 'info' }, output);
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', port: 1 });
  const several = new AggregateError([cause], 'none answers');
  // Properties that a client of a database or of Redis adds to its errors.
  const error = Object.assign(new TypeError('away', { cause: several }), { command: [value] });
  logger.error({ err: error, requestId: 'r' }, 'request failed');
  logger.error({ err: value.length });
  const [line = '', other] = output.read().trim().split('\n');
  expect(JSON.parse(line)).toMatchObject({
    msg: 'request failed',
    requestId: 'r',
    err: {
      type: 'TypeError',
      message: 'away',
      stack: expect.stringContaining('logger.test.ts'),
      cause: {
        message: 'none answers',
        errors: [{ type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED', port: 1 }],
      },
    },
  });
  expect(line).not.toContain(value);
  expect(JSON.parse(other).err).toBe(`${value.length}`);
});
