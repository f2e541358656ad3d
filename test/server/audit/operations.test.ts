import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { run as runCli } from '../../../server/cli/run.ts';
import { onEachDatabase } from '../../support/databases.ts';
import { answer, issueKey, revokeKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn, testClock } from '../../support/server.ts';

const auditLog = '/api/v1/settings/audit-log';

onBothDatabases((kind) => {
  test('parallel operations leave a log that verifies, with one row for each', async () => {
    await using server = await startServerOn(kind);
    await Promise.all(Array.from({ length: 12 }, () => issueKey(server)));
    const { database } = server;
    const { events, fault } = await database.auditLog.verify(database.read(), null);
    expect({ events, fault }).toEqual({ events: 12, fault: null });
  });

  test('auditLog.list filters by actor, action, target and time', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const first = await issueKey(server);
    clock.advance(60_000);
    const second = await issueKey(server);
    await revokeKey(server, first.id);
    const since = new Date(clock.now()).toISOString();
    const list = async (query: string) => {
      const { status, body } = await answer(server.fetch(auditLog + query, { as: 'parent-admin' }));
      if (status !== 200) return status;
      const { items } = body as { items: { action: string; target: { id: string } }[] };
      return items.map(({ action, target }) => [action, target.id]).reverse();
    };
    const created = ['apiKeys.create', second.id];
    const revoked = ['apiKeys.revoke', first.id];
    expect(await list(`?from=${since}`)).toEqual([created, revoked]);
    expect(await list(`?to=${since}&action=apiKeys.create`)).toEqual([
      ['apiKeys.create', first.id],
    ]);
    expect(await list(`?from=${since}&to=${since}`)).toEqual([]);
    expect(await list(`?target=${first.id}&from=${since}`)).toEqual([revoked]);
    expect(await list('?actor=user:user_demo_parent_admin&action=apiKeys.revoke')).toEqual([
      revoked,
    ]);
    expect(await list('?actor=user_demo_parent_admin&action=apiKeys.revoke')).toEqual([revoked]);
    expect(await list('?actor=user:eve')).toEqual([]);
    expect(await list('?action=apiKeys.rewoke')).toBe(422);
    expect(await list(`?since=${since}`)).toBe(422);
    expect(await list('?from=yesterday')).toBe(422);
  });
});

onEachDatabase((place) => {
  test('cli audit verify prints the head, and ends with 1 when a row was altered', async () => {
    await using at = await place();
    const env = {
      DATABASE_URL: at.url,
      SERVER_SECRET: Buffer.alloc(32, 5).toString('base64'),
      LOG_LEVEL: 'silent',
    };
    const cli = (line: string, more = {}) => runCli(line.split(' '), { ...env, ...more });
    await cli('org add --clerk-id org_a --name Acme --tier 3');
    const verified = await cli('audit verify --json');
    const { events, head } = JSON.parse('output' in verified ? verified.output : '{}');
    expect({ events, head }).toEqual({
      events: 1,
      head: expect.stringMatching(/^1:[0-9a-f]{64}$/),
    });
    await cli('org set-tier --clerk-id org_a --tier 2');
    expect(await cli(`audit verify --head ${head}`)).toMatchObject({ code: 0 });
    expect(await cli('audit verify --head 9:x')).toMatchObject({ code: 1 });

    const changed = {
      SERVER_SECRET: Buffer.alloc(32, 6).toString('base64'),
      SERVER_SECRET_PREVIOUS: env.SERVER_SECRET,
    };
    expect(await cli('audit verify', changed)).toMatchObject({ code: 0 });

    {
      await using database = await openAuditedDatabase(at.url);
      const triggers =
        database.kind === 'sqlite'
          ? 'drop trigger audit_event_no_update'
          : 'drop trigger append_only on audit_event';
      await database.transaction(async (em) => {
        await em.execute(triggers);
        await em.execute("update audit_event set actor = 'user:eve' where seq = 1");
      });
    }
    expect(await cli(`audit verify --head ${head}`)).toEqual({
      code: 1,
      complaint:
        'The audit log was altered: row 1 is not what the server wrote after the rows before it',
    });
  });
});
