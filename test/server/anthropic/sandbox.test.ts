import { expect, test } from 'vitest';
import type { Scan } from '../../../server/assets/scan-job.ts';
import { UploadPiece } from '../../../server/database/entities/upload-piece.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startScanning } from './scanning.ts';

const samples = ['low', 'medium', 'high', 'critical', 'failed', 'anything'];

const never: Scan = async () => {
  throw new Error('a sandbox scan reads nothing');
};

onBothDatabases((kind) => {
  test('a sandbox scan runs for a second, needs no Anthropic key, calls no one, and ends with the sample that its address names', async () => {
    const pauses: number[] = [];
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const pause = async (milliseconds: number) => {
      if (pauses.push(milliseconds) === samples.length) begun.resolve();
      await goOn.promise;
    };
    await using it = await startScanning(kind, { scans: { scan: never, pause } });
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

    await using worker = it.newWorker();
    await begun.promise;
    expect(await poll('low')).toMatchObject({ status: 'running', progress: 50, total: 100 });
    goOn.resolve();
    await worker.idle();
    expect(pauses).toEqual(samples.map(() => 1_000));
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
});
