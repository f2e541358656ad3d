import { expect, test } from 'vitest';
import { newId } from '../../../core/mod.ts';
import { pruneCalls } from '../../../server/operations/usage/prune.ts';
import { pruneUsage } from '../../../server/usage/prune.ts';
import { createUsageStore } from '../../../server/usage/usage-store.ts';
import { body } from '../../support/issued-keys.ts';
import { type DatabaseKind, onBothDatabases } from '../../support/server.ts';
import { heldBefore, startOperatorJobs } from '../queue/operator-jobs.ts';
import { keyCall } from './calls.ts';

const day = 24 * 3_600_000;

/** 12,000 calls older than 30 days in the month that is pruned in part, and the job to forget them. */
async function startPruning(kind: DatabaseKind) {
  const it = await startOperatorJobs(kind);
  const old = it.clock.now() - 31 * day;
  const calls = [...Array(12_000).fill(old), it.clock.now()].map((at: number) => ({
    id: newId('use', at),
    ...keyCall({ at }),
  }));
  await createUsageStore(it.database).ingest(calls);
  const { jobId } = pruneCalls.output.parse(await it.ask(pruneCalls, { days: 30 }));
  return Object.assign(it, {
    id: jobId,
    left: async () => (await it.database.read().execute('select id from key_call')).length,
  });
}

/** On PostgreSQL months come first. */
const firstDeletion = { sqlite: 1, postgresql: 2 };

onBothDatabases((kind) => {
  test('pruneUsage() goes on where another worker stopped, and counts everything once', async () => {
    await using it = await startPruning(kind);
    const step = firstDeletion[kind] + 2;
    const { held, reached, goOn } = heldBefore(step, pruneUsage(kind));
    await using lost = it.worker('usage_prune', held);
    await reached;
    expect(await it.job(it.id)).toMatchObject({ status: 'running', progress: 10_000 });
    it.clock.advance(60_000);
    await using next = it.worker('usage_prune', pruneUsage(kind));
    await next.idle();
    const result = { months: 0, calls: 12_000, hours: 1 };
    const completed = { status: 'completed', progress: 12_001, result };
    expect(await it.job(it.id)).toMatchObject(completed);
    goOn();
    await lost.idle();
    expect(await it.job(it.id)).toMatchObject(completed);
    expect(await it.left()).toBe(1);
  });

  test('pruneUsage() that is cancelled ends between two transactions', async () => {
    await using it = await startPruning(kind);
    const { held, reached, goOn } = heldBefore(firstDeletion[kind] + 1, pruneUsage(kind));
    await using worker = it.worker('usage_prune', held);
    await reached;
    await it.cancel(it.id);
    goOn();
    await worker.idle();
    expect(await it.job(it.id)).toMatchObject({ status: 'cancelled', progress: 5_000 });
    expect(await it.left()).toBe(7_001);
  });

  test('pruning is the installation’s: no organization sees it, the operator does', async () => {
    await using it = await startPruning(kind);
    const as = 'parent-admin';
    const settings = '/api/v1/settings/jobs';
    expect((await it.server.fetch(`${settings}/${it.id}`, { as })).status).toBe(404);
    const json = {};
    expect((await it.server.fetch(`${settings}/${it.id}/cancel`, { as, json })).status).toBe(404);
    expect((await it.server.fetch(`/api/v1/jobs/${it.id}`, { as })).status).toBe(404);
    const theirs = await body<{ items: { type: string }[] }>(
      await it.server.fetch(settings, { as }),
    );
    expect(theirs.items.map(({ type }) => type)).not.toContain('usage_prune');
    expect(await it.list()).toMatchObject({ items: [{ id: it.id, organizationId: null }] });
  });
});
