import { expect, test } from 'vitest';
import { JobFailure, jobHandler } from '../../../server/queue/job-handler.ts';
import { startWorker } from '../../../server/queue/worker.ts';
import { body } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn, testClock } from '../../support/server.ts';

type Run = Parameters<typeof jobHandler>[1];

onBothDatabases((kind) => {
  /** A server, and a worker with the future work of analyses. */
  async function start(run: Run) {
    await using resources = new AsyncDisposableStack();
    const clock = testClock();
    const server = resources.use(await startServerOn(kind, { now: clock.now }));
    const { database, logger } = server.services;
    // The demo's own jobs are extension and repository analyses too: only ours are looked at.
    await server.database.read().execute('delete from task');
    const as = 'parent-admin';
    const json = { url: 'https://git.invalid/acme-security/website' };
    const submit = async () => {
      const response = await server.fetch('/api/v1/repos/analyze', { as, json });
      return (await body<{ job_id: string }>(response)).job_id;
    };
    const id = await submit();
    const handler = jobHandler({ database, now: clock.now }, run);
    const worker = resources.use(
      startWorker({
        database,
        handlers: { repo_analysis: handler },
        logger,
        now: clock.now,
        timer: () => () => {},
      }),
    );
    const running = resources.move();
    return {
      clock,
      worker,
      poll: async () => body(await server.fetch(`/api/v1/jobs/${id}`, { as })),
      cancel: () => server.fetch(`/api/v1/settings/jobs/${id}/cancel`, { as, json: {} }),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    };
  }

  test('jobHandler() keeps the record that is polled: running, progress, result', async () => {
    const halfway = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await using it = await start(async (_job, { progress }) => {
      await progress(12, 50);
      halfway.resolve();
      await goOn.promise;
      return { findings: [] };
    });
    await halfway.promise;
    const at = new Date(it.clock.now()).toISOString();
    const underWay = { status: 'running', progress: 12, total: 50, started_at: at, result: null };
    expect(await it.poll()).toMatchObject(underWay);
    goOn.resolve();
    await it.worker.idle();
    expect(await it.poll()).toMatchObject({
      status: 'completed',
      result: { findings: [] },
      completed_at: at,
      error_message: null,
    });
  });

  test('jobHandler() tells why a job cannot succeed, and nothing of our own faults', async () => {
    await using failing = await start(async () => {
      throw new JobFailure('Repository is empty');
    });
    await failing.worker.idle();
    expect(await failing.poll()).toMatchObject({
      status: 'failed',
      error_message: 'Repository is empty',
    });
    let attempts = 0;
    await using broken = await start(async () => {
      attempts++;
      throw new Error('at /srv/secret/path');
    });
    await broken.worker.idle();
    expect(await broken.poll()).toMatchObject({ status: 'queued', error_message: null });
    for (let round = 0; round < 5; round++) {
      broken.clock.advance(3_600_000);
      broken.worker.wake();
      await broken.worker.idle();
    }
    expect(attempts).toBe(5);
    expect(await broken.poll()).toMatchObject({
      status: 'failed',
      error_message: 'Internal error',
    });
  });

  test('a cancelled job stays cancelled, whatever its worker finds', async () => {
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await using it = await start(async () => {
      begun.resolve();
      await goOn.promise;
      return { findings: [] };
    });
    await begun.promise;
    expect((await it.cancel()).status).toBe(200);
    goOn.resolve();
    await it.worker.idle();
    expect(await it.poll()).toMatchObject({ status: 'cancelled', result: null });
  });
});
