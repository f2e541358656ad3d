import { expect, test } from 'vitest';
import type { AuditedDatabase } from '../../../server/audit/audited-database.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn } from '../../support/server.ts';
import { handTimer } from './calls.ts';

/** A database whose transactions can be made to fail, before or after they were committed. */
function faulty() {
  const lost = () => Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
  const fault: { when: 'never' | 'before' | 'after' } = { when: 'never' };
  const wrap = (database: AuditedDatabase): AuditedDatabase =>
    Object.create(database, {
      write: {
        async value(work: Parameters<AuditedDatabase['write']>[0]) {
          if (fault.when === 'before') throw lost();
          const result = await database.write(work);
          if (fault.when === 'after') throw lost();
          return result;
        },
      },
    });
  return { fault, wrap };
}

onBothDatabases((kind) => {
  test('requests are answered while usage cannot be stored, and counted once when it can', async () => {
    const { fault, wrap } = faulty();
    const timer = handTimer();
    await using server = await startServerOn(kind, { wrap, every: timer.every });
    const { id, raw } = await issueKey(server);
    const call = async () => (await answer(server.fetch('/api/v1/key', { as: raw }))).status;

    fault.when = 'before';
    expect(await call()).toBe(200);
    await server.usage.flush();
    expect(server.usage.counters()).toMatchObject({ pending: 1, failures: 1 });

    // Committed, but the answer was lost: the next attempt must not count it again.
    fault.when = 'after';
    expect(await call()).toBe(200);
    await server.usage.flush();
    await server.usage.flush();
    fault.when = 'never';
    await server.usage.flush();
    expect(server.usage.counters()).toMatchObject({ pending: 0, flushed: 2, shed: 0 });

    const path = `/api/v1/settings/api-keys/${id}/usage`;
    const { body } = await answer(server.fetch(path, { as: 'parent-admin' }));
    expect(body.items).toHaveLength(2);
    expect(body.hourly).toMatchObject([{ outcome: 'success', count: 2 }]);
  });
});
