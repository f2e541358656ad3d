import { expect, test } from 'vitest';
import type { Scan } from '../../../server/assets/scan-job.ts';
import { Job } from '../../../server/database/entities/job.ts';
import { Task } from '../../../server/database/entities/task.ts';
import { UploadPiece } from '../../../server/database/entities/upload-piece.ts';
import { doSandboxScans } from '../../../server/job-handlers.ts';
import type { Services } from '../../../server/operations/operation.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startScanning } from './scanning.ts';

const samples = ['low', 'medium', 'high', 'critical', 'failed', 'anything'];

const never: Scan = async () => {
  throw new Error('a sandbox scan reads nothing');
};

onBothDatabases((kind) => {
  test('a sandbox scan runs for a second, needs no Anthropic key, calls no one, and ends with the sample that its address names', async () => {
    await using it = await startScanning(kind, { scans: { scan: never, sandboxMs: 1_000 } });
    await it.call('settings/anthropic-key', undefined, 'DELETE');
    const { raw } = await issueKey(it.server, { environment: 'test' });
    const scans = new Map<string, { repo: number; job: string }>();
    for (const name of samples) scans.set(name, await it.submit(name, raw));
    const poll = async (name: string) =>
      (await it.call(`jobs/${scans.get(name)?.job}`, undefined, undefined, raw)).body;
    const report = async (name: string) =>
      (await it.call(`repos/${scans.get(name)?.repo}/report`, undefined, undefined, raw)).body;
    const before = { repo_id: scans.get('low')?.repo, status: 'queued', risk_level: null };
    expect(await report('low')).toMatchObject({ ...before, summary: null, completed_at: null });

    await it.work();
    expect(await poll('low')).toMatchObject({ status: 'running', progress: 50, total: 100 });
    expect(await report('low')).toMatchObject({ ...before, status: 'running' });
    it.clock.advance(998);
    await it.work();
    expect(await poll('low')).toMatchObject({ status: 'running' });
    await it.work();
    expect(await it.server.database.read().count(Task)).toBe(0);
    for (const name of samples) {
      if (name === 'failed') {
        const error = 'Sample failure: the source could not be fetched';
        expect(await poll(name)).toMatchObject({ status: 'failed', error_message: error });
        continue;
      }
      expect(await poll(name)).toMatchObject({ status: 'completed', progress: 100 });
      const level = name === 'anything' ? 'low' : name;
      expect(await report(name)).toMatchObject({
        status: 'completed',
        risk_level: level,
        risk_score: expect.any(Number),
        summary: expect.stringMatching(/^Sample report: /),
        partial: name === 'high',
      });
    }
    expect(it.anthropic.requests).toEqual([]);

    // A session sees them where it asks for the sandbox, and retries the failed one.
    const failed = scans.get('failed');
    expect((await it.call(`repos/${failed?.repo}`)).status).toBe(404);
    expect((await it.call(`repos/${failed?.repo}?environment=test`)).body.status).toBe('failed');
    expect((await it.call(`settings/jobs/${failed?.job}/retry`, {})).status).toBe(201);
  });

  test('a sandbox upload is judged by its name, and its bytes are thrown away', async () => {
    await using it = await startScanning(kind, { scans: { scan: never } });
    const { raw } = await issueKey(it.server, { environment: 'test' });
    const form = new FormData();
    form.set('file', new Blob(['PK\x03\x04']), 'critical.vsix');
    const path = '/api/v1/extensions/upload';
    const { status, body } = await answer(it.server.fetch(path, { as: raw, body: form }));
    expect(status).toBe(202);
    expect(await it.server.database.read().count(UploadPiece)).toBe(0);
    await it.work();
    const report = await it.call(
      `extensions/${body.extension_id}/report`,
      undefined,
      undefined,
      raw,
    );
    expect(report.body).toMatchObject({ status: 'completed', risk_level: 'critical' });
  });

  test('a sandbox scan that the server did not queue, and one that was cancelled, give no report', async () => {
    await using it = await startScanning(kind, { scans: { scan: never, sandboxMs: 1_000 } });
    const { raw } = await issueKey(it.server, { environment: 'test' });
    const made = [];
    for (const name of ['critical', 'high', 'medium']) made.push(await it.submit(name, raw));
    const [forged, cancelled, odd] = made.map(({ job }) => job);
    const { database } = it.server;
    const forge = 'update job set input = ? where id = ?';
    const input = JSON.stringify({ url: 'https://git.invalid/acme/low' });
    await database.transaction(async (em) => {
      await em.execute(forge, [input, forged]);
      // The job of another organization, which names the repository of this one.
      await em.execute(
        `insert into job (id, environment, org_id, repo_id, type, status, progress, input, created_at, updated_at)
         select 'job_Z', environment, 'org_demo_globex', repo_id, type, status, progress, input, created_at, updated_at
         from job where id = ?`,
        [cancelled],
      );
      await em.execute(
        `insert into task (id, type, position, attempts, run_at)
         select 'job_Z', type, position, attempts, run_at from task where id = ?`,
        [cancelled],
      );
    });
    await it.work();
    expect((await it.call(`settings/jobs/${cancelled}/cancel`, {})).status).toBe(200);
    // Of a live scan's type, which no sandbox scan is.
    await database.transaction((em) =>
      em.execute("update job set environment = 'live' where id = ?", [odd]),
    );
    it.clock.advance(1_000);
    await it.work();
    expect(await it.job(String(forged))).toMatchObject({
      status: 'failed',
      error_message: 'The job was not queued by the server',
    });
    expect(await it.job(String(cancelled))).toMatchObject({ status: 'cancelled', result: null });
    expect(await database.read().findOneOrFail(Job, { id: 'job_Z' })).toMatchObject({
      status: 'failed',
    });
    expect(await it.job(String(odd))).toMatchObject({ status: 'failed', result: null });
    expect(await database.read().count(Task)).toBe(0);
    for (const { repo } of made) {
      const path = `repos/${repo}`;
      const { body } = await it.call(path, undefined, undefined, raw);
      expect(body).toMatchObject({ status: 'failed', risk_level: null });
    }
  });

  test('many sandbox scans of few repositories end in few transactions, each repository with its newest report', async () => {
    await using it = await startScanning(kind, { scans: { scan: never, sandboxMs: 1_000 } });
    const { raw } = await issueKey(it.server, { environment: 'test' });
    const names = ['low', 'medium', 'high', 'critical'];
    const repos: number[] = [];
    for (let n = 0; n < 12; n++) repos.push((await it.submit(names[n % 4] ?? '', raw)).repo);
    let transactions = 0;
    const { database } = it.server.services;
    const counting: Services['database'] = {
      ...database,
      transaction(work) {
        transactions += 1;
        return database.transaction(work);
      },
    };
    const services = { ...it.server.services, database: counting };
    await doSandboxScans(services);
    it.clock.advance(1_000);
    await doSandboxScans(services);
    expect(transactions).toBe(2);
    const { body } = await it.call('repos', undefined, undefined, raw);
    const risks = body.items.map((each: { id: number; risk_level: string }) => [
      each.id,
      each.risk_level,
    ]);
    expect(risks).toEqual(
      repos
        .slice(0, 4)
        .map((id, n) => [id, names[n]])
        .reverse(),
    );
    const { body: jobs } = await it.call('settings/jobs?environment=test&limit=50');
    const statuses = jobs.items.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual(repos.map(() => 'completed'));
  });
});
