import { expect, test } from 'vitest';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { IdempotentAnswer } from '../../../server/database/entities/idempotent-answer.ts';
import { answerFields } from '../../../server/operations/answer-once.ts';
import { moveRows } from '../../../server/operations/secrets/move-rows.ts';
import { processKnowing, testSecret } from '../../support/keyring.ts';
import { onBothDatabases, startServerOn, testClock } from '../../support/server.ts';
import { jobsOf, submit } from './submitting.ts';

// An attacker with write access to the database and no secret.

const day = 24 * 60 * 60_000;
const other = { json: { url: 'https://git.invalid/acme-security/other' } };

onBothDatabases((kind) => {
  test('a stored answer that was changed, copied or kept alive is never repeated', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const victim = () => ({ as: server.token('parent-admin') });
    const sql = (text: string, values: unknown[]) =>
      server.database.transaction((em) => em.execute(text, values));
    const rows = () =>
      server.database.read().find(IdempotentAnswer, {}, { orderBy: { createdAt: 'asc' } });
    await submit(server, 'a', victim());
    clock.advance(1);
    await submit(server, 'b', { ...victim(), ...other });
    const [one, two] = await rows();
    if (one === undefined || two === undefined) throw new Error('no answers');
    const set = (column: string, value: unknown) =>
      sql(`update idempotent_answer set ${column} = ? where id = ?`, [value, one.id]);
    const forgeries = [
      () => set('answer', '{"repo_id":1,"job_id":"job_forged","status":"queued"}'),
      () => set('org_id', 'org_demo_globex'),
      () => set('mac', ''),
      () => set('created_at', kind === 'sqlite' ? 'junk' : 'infinity'),
      () => set('created_at', new Date(clock.now() + day)),
      // Another answer of the same caller's, with its MAC.
      async () => {
        await sql('delete from idempotent_answer', []);
        await sql(
          `insert into idempotent_answer (id, org_id, request, answer, created_at, mac)
           values (?, ?, ?, ?, ?, ?)`,
          [one.id, two.orgId, one.request, two.answer, two.createdAt, two.mac],
        );
      },
    ];
    for (const [index, forge] of forgeries.entries()) {
      await forge();
      const jobs = await jobsOf(server);
      const made = await submit(server, 'a', victim());
      expect([index, made.status, made.isReplayed]).toEqual([index, 202, false]);
      expect(await jobsOf(server)).toBe(jobs + 1);
      // The answer that the server wrote in its place is given.
      expect(await submit(server, 'a', victim())).toEqual({ ...made, isReplayed: true });
    }
    await server.forgedRows[Symbol.asyncDispose]();
    const told = await server.database.read().find(AuditEvent, { action: 'integrity.forgedRow' });
    expect(told.map(({ orgId, target, changes }) => [orgId, target, changes])).toEqual([
      ['org_demo_acme', one.id, { kind: 'idempotent-answer' }],
    ]);
  });

  test('an answer that was stored under the secret before is given under the next one', async () => {
    await using server = await startServerOn(kind);
    const first = await submit(server, 'a');
    await server.database.transaction((em) =>
      em.execute(
        `insert into idempotent_answer (id, org_id, request, answer, created_at, mac)
         values ('0', 'o', '', '', ?, '')`,
        [kind === 'sqlite' ? 'junk' : 'infinity'],
      ),
    );
    const next = new Uint8Array(32).fill(9);
    const changing = await processKnowing(server.databaseUrl, next, testSecret);
    await using _changing = changing.database;
    expect((await moveRows(changing)).unreadable).toBe(1);
    const changed = await processKnowing(server.databaseUrl, next, null);
    await using _changed = changed.database;
    const [row] = await changed.database.read().find(IdempotentAnswer, { orgId: 'org_demo_acme' });
    if (row === undefined) throw new Error('no answer');
    const { rowMacs } = changed.database;
    expect(rowMacs.verify('idempotent-answer', answerFields(row), row.mac, row.orgId)).toBe(true);
    expect(row.answer).toBe(first.text);
  });
});
