import { expect, test } from 'vitest';
import { reconcile } from '../../../server/clerk/reconciliation.ts';
import type { Database } from '../../../server/database/database.ts';
import { startLargeClerk } from '../../support/large-clerk-worker.ts';
import { startServerOn } from '../../support/server.ts';

test('no step of a reconciliation holds more locks than PostgreSQL has room for', async () => {
  await using server = await startServerOn('postgresql');
  const admin = 'user_demo_parent_admin';
  const organization = { id: 'org_demo_acme', name: 'Acme Security', admin, members: 300 };
  await using clerk = await startLargeClerk(organization);
  const { database, logger } = server.services;
  const held: number[] = [];
  const transaction: Database['transaction'] = (work) =>
    database.transaction(async (em) => {
      const result = await work(em);
      const [row] = await em.execute<{ count: number }[]>(
        `select count(*)::int as count from pg_locks
         where locktype = 'advisory' and pid = pg_backend_pid()`,
      );
      held.push(row?.count ?? 0);
      return result;
    });
  // This Clerk answers with everyone when asked about the demo's one member that it does not list.
  const { directory } = clerk;
  await reconcile({ database: { ...database, transaction }, directory, now: Date.now, logger });
  expect(held.length).toBeGreaterThan(6);
  expect(Math.max(...held)).toBeLessThanOrEqual(51);
});
