import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Scan } from '../../../server/assets/scan-job.ts';
import { Extension } from '../../../server/database/entities/extension.ts';
import { IdempotentAnswer } from '../../../server/database/entities/idempotent-answer.ts';
import { Job } from '../../../server/database/entities/job.ts';
import { Repo } from '../../../server/database/entities/repo.ts';
import { Task } from '../../../server/database/entities/task.ts';
import { UploadPiece } from '../../../server/database/entities/upload-piece.ts';
import { ScanFailure } from '../../../server/scans/scan-failure.ts';
import { anthropicKey, atOnce, refusals } from '../../support/anthropic-server.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { demoAnthropicKey, onBothDatabases, seededAt } from '../../support/server.ts';
import { type Scanning, startScanning, twoQuestions } from './scanning.ts';

const hour = 3_600_000;
const missing = 'Anthropic API key is missing or was rejected. Update it in Settings.';

/** A scan that waits until it is told to go on. */
function gated() {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const scan: Scan = async (source, options) => {
    begun.resolve();
    await goOn.promise;
    return twoQuestions(source, options);
  };
  return { scan, begun: begun.promise, goOn: goOn.resolve };
}

async function upload(it: Scanning, name: string, bytes: Buffer) {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(bytes)]), name);
  const path = '/api/v1/extensions/upload';
  return (await answer(it.server.fetch(path, { as: 'parent-admin', body: form }))).body;
}

onBothDatabases((kind) => {
  test.each([
    ['forbidden', /^Anthropic refused the API key: it lacks .* Update it in Settings\.$/, 409],
    ['billing', /has no credit: check its billing, then retry the scan\.$/, 202],
  ] as const)(
    'a key that is %s fails its scans with a text of its own',
    async (fault, text, later) => {
      await using it = await startScanning(kind);
      const { job } = await it.submit('refused');
      const { job: queued } = await it.submit('queued');
      it.anthropic.refuse(demoAnthropicKey, refusals[fault]);
      await it.work();
      for (const id of [job, queued]) {
        const message = expect.stringMatching(text);
        expect(await it.job(id)).toMatchObject({ status: 'failed', error_message: message });
      }
      const json = { url: 'https://git.invalid/acme/later' };
      expect((await it.call('repos/analyze', json)).status).toBe(later);
      expect(await it.getKey()).toMatchObject({ last_check: { ok: false } });
      it.anthropic.refuse(demoAnthropicKey, null);
      // A scan that works is a check, too.
      if (fault === 'forbidden') await it.call('settings/anthropic-key/check', {});
      expect((await it.call('settings/jobs/retry-failed', {})).body).toEqual({ retried: 2 });
      await it.work();
      expect(await it.getKey()).toMatchObject({ last_check: { ok: true, detail: null } });
    },
  );

  test('a submission without a working key is refused after 401 to 422, stores nothing and spends one of the limit', async () => {
    await using it = await startScanning(kind);
    await it.call('settings/anthropic-key', undefined, 'DELETE');
    const rate_limit = { limit: 5, window_seconds: 60 };
    const { raw } = await issueKey(it.server, { rate_limit });
    const form = () => {
      const made = new FormData();
      made.set('file', new Blob(['PK\x03\x04']), 'a.zip');
      return { body: made };
    };
    const url = 'https://git.invalid/acme/none';
    const send = async (path: string, sent: object) =>
      (await it.server.fetch(`/api/v1/${path}`, { as: raw, ...sent })).status;
    const counts = async () => {
      const em = it.server.database.read();
      return [
        ...[await em.count(Job), await em.count(Repo), await em.count(Extension)],
        ...[await em.count(UploadPiece), await em.count(IdempotentAnswer)],
      ];
    };
    const before = await counts();
    const headers = { 'idempotency-key': 'once' };
    const unknown = { url, sub_org_id: 999_999 };
    expect([
      await send('repos/analyze', { json: { url: 'none' } }),
      await send('repos/analyze', { json: unknown }),
      await send('repos/analyze', { json: { url }, headers }),
      await send('extensions/submit-url', { json: { url } }),
      await send('extensions/upload', form()),
      await send('repos/analyze', { json: { url } }),
    ]).toEqual([422, 422, 409, 409, 409, 429]);
    expect(await counts()).toEqual(before);
    expect(await it.setKey(demoAnthropicKey)).toMatchObject({ status: 200 });
    it.clock.advance(60_000);
    expect(await send('repos/analyze', { json: { url }, headers })).toBe(202);
  });

  test('an overloaded Anthropic delays a scan, and ends it after some attempts; the key is not blamed', async () => {
    await using it = await startScanning(kind);
    const { job, repo } = await it.submit('delayed');
    const overloaded = {
      status: 529,
      type: 'overloaded_error',
      headers: { 'retry-after': '7200' },
    };
    it.anthropic.refuse(demoAnthropicKey, overloaded);
    await it.work();
    expect(await it.job(job)).toMatchObject({ status: 'queued', error_message: null });
    expect(await it.repo(repo)).toMatchObject({ status: 'queued' });
    // Not before the time that Anthropic asked for.
    const [task] = await it.server.database.read().find(Task, { id: job });
    expect((task?.runAt.getTime() ?? 0) - it.clock.now()).toBe(2 * hour);
    // Another key ends the wait.
    const next = anthropicKey('next');
    expect(await it.setKey(next)).toMatchObject({ status: 200 });
    await it.work();
    expect(await it.job(job)).toMatchObject({ status: 'completed' });

    it.anthropic.refuse(next, overloaded);
    const { job: hopeless } = await it.submit('hopeless');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await it.work();
      it.clock.advance(2 * hour);
    }
    expect(await it.job(hopeless)).toMatchObject({
      status: 'failed',
      error_message: 'Anthropic could not be reached, or is overloaded. Retry the scan later.',
    });
    expect(await it.getKey()).toMatchObject({ last_check: { ok: true } });

    // So does the end of the key: what waits for Anthropic fails at once.
    const { job: waiting } = await it.submit('waiting');
    await it.work();
    expect(await it.job(waiting)).toMatchObject({ status: 'queued' });
    await it.call('settings/anthropic-key', undefined, 'DELETE');
    await it.work();
    expect(await it.job(waiting)).toMatchObject({ status: 'failed', error_message: missing });
  });

  test('a scan that is cancelled under way stops at its next progress, and its asset shows it', async () => {
    const gate = gated();
    await using it = await startScanning(kind, { scans: { scan: gate.scan } });
    const { job, repo } = await it.submit('cancelled');
    await using worker = it.newWorker();
    await gate.begun;
    expect(await it.repo(repo)).toMatchObject({ status: 'running' });
    expect((await it.call(`settings/jobs/${job}/cancel`, {})).status).toBe(200);
    gate.goOn();
    await worker.idle();
    expect(await it.job(job)).toMatchObject({ status: 'cancelled' });
    expect(await it.repo(repo)).toMatchObject({ status: 'failed', risk_level: null });
    const { body } = await it.call(`settings/jobs/${job}/retry`, {});
    expect(await it.repo(repo)).toMatchObject({ status: 'queued' });
    await it.work();
    expect(await it.job(body.id)).toMatchObject({ status: 'completed' });
  });

  test('a process that dies with a scan leaves it to another one; a scan that kills each fails', async () => {
    let deaths = 1;
    const scan: Scan = (source, options) => {
      if (deaths === 0) return twoQuestions(source, options);
      deaths -= 1;
      // As a process that was killed: nothing comes of it any more.
      return new Promise(() => {});
    };
    await using it = await startScanning(kind, { scans: { scan } });
    const die = async () => {
      const left = deaths;
      it.newWorker();
      await expect.poll(() => deaths).toBe(left - 1);
      it.clock.advance(61_000);
    };
    const { job, repo } = await it.submit('killed');
    await die();
    expect(await it.job(job)).toMatchObject({ status: 'running' });
    await it.work();
    expect(await it.job(job)).toMatchObject({ status: 'completed' });
    expect(await it.repo(repo)).toMatchObject({ status: 'completed' });

    const fatal = await it.submit('fatal');
    deaths = 4;
    for (let attempt = 0; attempt < 4; attempt += 1) await die();
    await it.work();
    expect(await it.job(fatal.job)).toMatchObject({
      status: 'failed',
      error_message: 'Internal error',
    });
    expect(await it.repo(fatal.repo)).toMatchObject({ status: 'failed' });
  });

  test('a scan’s own failure is told; a fault of ours is retried, logged and not told', async () => {
    const scan: Scan = async (source) => {
      const url = 'url' in source ? source.url : '';
      throw url.endsWith('empty')
        ? new ScanFailure('The repository is empty')
        : new Error('/srv/x');
    };
    await using it = await startScanning(kind, { scans: { scan } });
    const empty = await it.submit('empty');
    const broken = await it.submit('broken');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await it.work();
      it.clock.advance(hour);
    }
    expect(await it.job(empty.job)).toMatchObject({ error_message: 'The repository is empty' });
    expect(await it.job(broken.job)).toMatchObject({ error_message: 'Internal error' });
    const failures = it.server.log.filter((line) => line.includes('"a scan failed"'));
    expect(failures).toHaveLength(4);
  });

  test('an upload is scanned by any process, byte for byte, and is gone afterwards', async () => {
    const bytes = Buffer.alloc(2_500_000, 'PK\x03\x04 of an extension');
    const seen: [string, Buffer][] = [];
    const scan: Scan = async (source, options) => {
      if (source.kind !== 'extension_file') throw new Error('no file');
      seen.push([source.name, await readFile(source.path)]);
      expect(await readdir(options.folder)).toEqual(['upload']);
      return twoQuestions(source, options);
    };
    await using it = await startScanning(kind, { scans: { scan } });
    const { job_id: job, extension_id: id } = await upload(it, 'wallet.vsix', bytes);
    const pieces = () => it.server.database.read().count(UploadPiece);
    expect(await pieces()).toBe(3);
    await it.work();
    expect(await it.job(job)).toMatchObject({ status: 'completed' });
    expect(seen).toEqual([['wallet.vsix', bytes]]);
    expect([await pieces(), await readdir(it.server.uploads)]).toEqual([0, []]);
    const extension = await it.server.database.read().findOneOrFail(Extension, id);
    expect(extension).toMatchObject({ status: 'completed', riskScore: 70 });

    // A file that was changed in the database is not the one that was submitted.
    const { job_id: changed } = await upload(it, 'wallet.vsix', bytes);
    await it.server.database.transaction((em) =>
      em.nativeUpdate(UploadPiece, { jobId: changed, piece: 1 }, { bytes: Buffer.from('x') }),
    );
    await it.work();
    const gone = 'The uploaded file is no longer stored: upload it again';
    expect(await it.job(changed)).toMatchObject({ status: 'failed', error_message: gone });
    const detail = 'The file was deleted when its scan ended: upload it again';
    expect(await it.call(`settings/jobs/${changed}/retry`, {})).toEqual({
      status: 409,
      body: { detail },
    });
  });

  test('a scan that earlier versions left queued fails, and can be retried', async () => {
    await using it = await startScanning(kind);
    const { job, repo } = await it.submit('early');
    const { database } = it.server;
    const early = await database.read().findOneOrFail(Job, { id: job });
    const { id, type, orgId, repoId, createdBy } = early;
    const mac = database.rowMacs.make('job', [
      ...([id, type, orgId ?? null, null, repoId ?? null, null, createdBy ?? null] as const),
      'null',
    ]);
    await database.read().nativeUpdate(Job, { id }, { input: null, mac });
    await it.work();
    const message = 'The scan was queued by an earlier version: retry it';
    expect(await it.job(job)).toMatchObject({ status: 'failed', error_message: message });
    expect((await it.call(`settings/jobs/${job}/retry`, {})).status).toBe(201);
    await it.work();
    expect(await it.repo(repo)).toMatchObject({ status: 'completed' });
  });

  test('many scans that failed for the key are done again by one call, each once', async () => {
    await using it = await startScanning(kind);
    const { repo } = await it.submit('first');
    const { database } = it.server;
    const all = 250;
    await database.transaction(async (em) => {
      const { id, url, identity, ...shared } = await em.findOneOrFail(Repo, { id: repo });
      const numbers = Array.from({ length: all }, (_, n) => n);
      await em.insertMany(
        Repo,
        numbers.map((n) => ({ ...shared, url: `${url}-${n}`, identity: `${n}`, status: 'failed' })),
      );
      await em.execute(
        `insert into job (id, type, org_id, repo_id, status, failed_for, created_at, updated_at)
         select 'job_00' || id, 'repo_analysis', org_id, id, 'failed', 'anthropic_key', created_at, created_at
         from repo where url like '%first-%'`,
      );
    });
    const retry = () => it.call('settings/jobs/retry-failed', {});
    expect((await retry()).body).toEqual({ retried: all });
    expect((await retry()).body).toEqual({ retried: 0 });
    expect(await database.read().count(Repo, { status: 'queued', url: /first-/ })).toBe(all);
    await it.work();
    expect(await database.read().count(Repo, { status: 'completed', url: /first/ })).toBe(all + 1);
  });

  test('nothing is done again for a sub-organization that was archived', async () => {
    await using it = await startScanning(kind);
    const { mobile } = await demoIds(it.server);
    const json = { url: 'https://git.invalid/acme/archived', sub_org_id: mobile };
    const { job_id: job } = (await it.call('repos/analyze', json)).body;
    await it.call('settings/anthropic-key', undefined, 'DELETE');
    await it.work();
    expect(await it.job(job)).toMatchObject({ status: 'failed' });
    await it.setKey(demoAnthropicKey);
    expect((await it.call(`settings/sub-orgs/${mobile}/archive`, {})).status).toBeLessThan(300);
    expect(await it.call(`settings/jobs/${job}/retry`, {})).toEqual({
      status: 409,
      body: {
        detail: 'The sub-organization of this scan is no longer active: submit it elsewhere',
      },
    });
    expect((await it.call('settings/jobs/retry-failed', {})).body).toEqual({ retried: 0 });
  });

  test('a retry takes nothing from a forged row: neither its order nor another organization’s repository', async () => {
    await using it = await startScanning(kind);
    const { job } = await it.submit('forged');
    await it.call(`settings/jobs/${job}/cancel`, {});
    const em = it.server.database.read();
    await em.nativeUpdate(Job, { id: job }, { input: { url: 'https://git.invalid/evil' } });
    const again = await it.call(`settings/jobs/${job}/retry`, {});
    expect(again.status).toBe(201);
    const { input } = await em.findOneOrFail(Job, { id: again.body.id });
    expect(input).toEqual({ url: 'https://git.invalid/acme/forged' });
    const fresh = { disableIdentityMap: true };
    const other = await em.findOneOrFail(Repo, { orgId: { $ne: 'org_demo_acme' } }, fresh);
    await em.nativeUpdate(Job, { id: job }, { repoId: other.id });
    expect((await it.call(`settings/jobs/${job}/retry`, {})).status).toBe(409);
    expect(await em.findOneOrFail(Repo, { id: other.id }, fresh)).toEqual(other);
    expect(await em.count(Job, { repoId: other.id, orgId: 'org_demo_acme' })).toBe(1);
  });

  test('no organization occupies the workers: another one’s scan is done beside many', async () => {
    const goOn = Promise.withResolvers<void>();
    const runs = new Map<string, number>();
    let [running, most] = [0, 0];
    const scan: Scan = async (source, options) => {
      const url = 'url' in source ? source.url : '';
      runs.set(url, (runs.get(url) ?? 0) + 1);
      if (url.includes('globex')) return twoQuestions(source, options);
      running += 1;
      most = Math.max(most, running);
      await goOn.promise;
      running -= 1;
      return twoQuestions(source, options);
    };
    await using it = await startScanning(kind, { scans: { scan } });
    const many = 10;
    for (let n = 0; n < many; n += 1) await it.submit(`many-${n}`);
    const gina = it.server.session({
      user: 'gina',
      organization: 'org_demo_globex',
      role: 'admin',
    });
    const json = { url: 'https://git.invalid/globex/one' };
    const { body } = await it.call('repos/analyze', json, undefined, gina);
    it.clock.advance(1);
    const limits = { concurrency: 4, perPool: 2 };
    await using one = it.newWorker(limits);
    await using second = await it.another();
    await using two = it.newWorker(limits, second);
    const poll = () => it.call(`jobs/${body.job_id}`, undefined, undefined, gina);
    await expect.poll(async () => (await poll()).body.status).toBe('completed');
    goOn.resolve();
    await Promise.all([one.idle(), two.idle()]);
    // Workers that claim at the same moment do not see each other's claims.
    expect(most).toBeLessThanOrEqual(4);
    expect([...runs.values()].filter((times) => times !== 1)).toEqual([]);
    expect(runs.size).toBe(many + 1);
    const done = { status: 'completed', createdAt: { $gt: new Date(seededAt) } } as const;
    expect(await it.server.database.read().count(Job, done)).toBe(many + 1);
  });
});

test('a question that was rate limited is repeated within the scan', async () => {
  await using it = await startScanning('sqlite');
  it.anthropic.reply({ status: 429, type: 'rate_limit_error', headers: atOnce });
  const { job } = await it.submit('limited');
  await it.work();
  expect(await it.job(job)).toMatchObject({ status: 'completed' });
});
