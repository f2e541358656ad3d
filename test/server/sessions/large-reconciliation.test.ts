import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { reconcile } from '../../../server/clerk/reconciliation.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { startLargeClerk } from '../../support/large-clerk-worker.ts';
import { onBothDatabases, startServerOn } from '../../support/server.ts';

const members = Number(process.env.CLERK_MEMBERS ?? 100_000);

onBothDatabases((kind) => {
  test('keys are made throughout the first reconciliation of 100,000 members', {
    timeout: 600_000,
  }, async (context) => {
    if (!process.env.LONG_TESTS) return context.skip('npm run test:long');
    await using server = await startServerOn(kind, { coherent: true });
    const admin = 'user_demo_parent_admin';
    const organization = { id: 'org_demo_acme', name: 'Acme Security', admin, members };
    await using clerk = await startLargeClerk(organization);
    const { directory } = clerk;
    const { database, logger } = server.services;

    let isOver = false;
    const afterCommit = server.propagated;
    const reconciled = reconcile({
      database,
      directory,
      now: Date.now,
      logger,
      afterCommit,
    }).finally(() => {
      isOver = true;
    });
    let created = 0;
    for (; !isOver; created += 1) {
      const path = '/api/v1/settings/api-keys';
      const response = await server.fetch(path, { as: 'parent-admin', json: { label: 'CI' } });
      const warnings = server.log.filter((line) => /"level":[45]0/.test(line));
      expect(response.status, warnings.join('\n')).toBe(201);
      await setTimeout(20);
    }

    expect(await reconciled).toEqual({ unreadable: 0, failed: 0 });
    expect(await database.read().count(Membership)).toBeGreaterThan(members);
    expect(created).toBeGreaterThan(100);
  });
});
