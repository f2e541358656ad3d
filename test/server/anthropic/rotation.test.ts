import { expect, test } from 'vitest';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { anthropicKey, refusals } from '../../support/anthropic-server.ts';
import { demoAnthropicKey, onBothDatabases } from '../../support/server.ts';
import { found, startScanning } from './scanning.ts';

// The five scenarios of the guide "API Key Management", from the outside.

const old = demoAnthropicKey;
const next = anthropicKey('next');
const missing = 'Anthropic API key is missing or was rejected. Update it in Settings.';
const rejected = 'Anthropic rejected the API key: it was revoked, deleted or mistyped';
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

onBothDatabases((kind) => {
  test('a scan under way completes with the key that replaces its own, also when the old one is revoked before its answer', async () => {
    await using it = await startScanning(kind);
    const { repo, job } = await it.submit('rotated');
    it.anthropic.onQuestion = async ({ key }) => {
      if (key !== old) return;
      expect((await it.setKey(next)).status).toBe(200);
      it.anthropic.refuse(old, refusals.rejected);
    };
    await it.work();
    expect(await it.job(job)).toMatchObject({ status: 'completed', progress: 100 });
    expect(await it.repo(repo)).toMatchObject({ status: 'completed', risk_level: 'high' });
    const asked = it.anthropic.requests.filter(({ path }) => path === '/v1/messages');
    expect(asked.map(({ key }) => key)).toEqual([old, next, next]);
    // The refusal was the old key's.
    expect(await it.getKey()).toMatchObject({ configured: true, last_check: { ok: true } });
    expect((await it.call(`repos/${repo}/report`)).body).toEqual({
      repo_id: repo,
      status: 'completed',
      risk_level: 'high',
      risk_score: 70,
      summary: 'It runs a script at installation.',
      findings: [found],
      partial: false,
      completed_at: time,
    });
  });

  test('a revoked key fails the running scan, the queued ones and new submissions, with the reason', async () => {
    await using it = await startScanning(kind);
    const running = await it.submit('running');
    const queued = await it.submit('queued');
    it.anthropic.onQuestion = async () => it.anthropic.refuse(old, refusals.rejected);
    await it.work();
    for (const { repo, job } of [running, queued]) {
      expect(await it.job(job)).toMatchObject({ status: 'failed', error_message: missing });
      expect(await it.repo(repo)).toMatchObject({ status: 'failed', risk_level: null });
    }
    const json = { url: 'https://git.invalid/acme/later' };
    for (const [path, body] of [
      ['repos/analyze', json],
      ['extensions/submit-url', json],
    ] as const) {
      expect(await it.call(path, body)).toEqual({ status: 409, body: { detail: missing } });
    }
    expect(await it.getKey()).toMatchObject({ last_check: { ok: false, detail: rejected } });
    const events = await it.server.database
      .read()
      .find(AuditEvent, { action: 'anthropicKey.refused' });
    expect(events).toMatchObject([
      { actor: 'server', target: 'org_demo_acme', changes: { detail: rejected } },
    ]);
  });

  test('a new key resumes: submissions work, and one call retries what failed, once', async () => {
    await using it = await startScanning(kind);
    const scans = [await it.submit('one'), await it.submit('two')];
    it.anthropic.refuse(old, refusals.rejected);
    await it.work();
    const retryFailed = () => it.call('settings/jobs/retry-failed', {});
    expect(await retryFailed()).toEqual({ status: 409, body: { detail: missing } });
    const retry = (id: string) => it.call(`settings/jobs/${id}/retry`, {});
    expect(await retry(scans[0]?.job ?? '')).toEqual({ status: 409, body: { detail: missing } });

    expect((await it.setKey(next)).status).toBe(200);
    expect(await retryFailed()).toEqual({ status: 200, body: { retried: 2 } });
    expect(await retryFailed()).toEqual({ status: 200, body: { retried: 0 } });
    for (const { repo } of scans) expect(await it.repo(repo)).toMatchObject({ status: 'queued' });
    await it.work();
    for (const { repo, job } of scans) {
      expect(await it.repo(repo)).toMatchObject({ status: 'completed', risk_score: 70 });
      expect(await it.job(job)).toMatchObject({ status: 'failed' });
    }
    const again = await retry(scans[0]?.job ?? '');
    expect(again).toMatchObject({ status: 201, body: { type: 'repo_analysis', status: 'queued' } });
    await it.work();
    expect(await it.job(again.body.id)).toMatchObject({ status: 'completed' });
    const detail = 'Only a failed or cancelled scan can be retried';
    expect(await retry(again.body.id)).toEqual({ status: 409, body: { detail } });
    expect(await retry('job_unknown')).toEqual({ status: 404, body: { detail: 'Job not found' } });
  });

  test('two retries of a scan at once are two scans', async () => {
    await using it = await startScanning(kind);
    const { job } = await it.submit('twice');
    await it.call(`settings/jobs/${job}/cancel`, {});
    const retry = () => it.call(`settings/jobs/${job}/retry`, {});
    const retried = await Promise.all([retry(), retry(), retry(), retry()]);
    expect(retried.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  test('a key that was not copied whole, or is of another kind, or is refused, leaves the old one', async () => {
    await using it = await startScanning(kind);
    const before = await it.getKey();
    const invalid = (msg: RegExp) => ({
      status: 422,
      body: {
        detail: [
          { loc: ['body', 'api_key'], msg: expect.stringMatching(msg), type: 'value_error' },
        ],
      },
    });
    const none = /^this is no Anthropic API key: one begins with sk-ant-api/;
    for (const [key, msg] of [
      [
        'sk-ant-admin01-0123456789012345678901234567890123456789',
        /^this is an Anthropic admin key/,
      ],
      ['sk-ant-oat01-0123456789012345678901234567890123456789', /^this is a short-lived Anthropic/],
      ['sk-ant-api03-short', none],
      ['', none],
      [`${next} ${next}`, none],
    ] as const) {
      expect(await it.setKey(key)).toEqual(invalid(msg));
    }
    // None of these was sent to Anthropic.
    expect(it.anthropic.requests).toEqual([]);

    for (const [reply, status, detail] of [
      [refusals.rejected, 400, `${rejected}. The key was not changed.`],
      [refusals.forbidden, 400, /lacks the permission.* The key was not changed\.$/],
      [refusals.billing, 400, /has no credit.* The key was not changed\.$/],
      [{ status: 529, type: 'overloaded_error' }, 502, /could not be reached/],
      ['cut', 502, /could not be reached, or is overloaded\. The key was not changed\.$/],
    ] as const) {
      it.anthropic.refuse(next, reply);
      const text = typeof detail === 'string' ? detail : expect.stringMatching(detail);
      expect(await it.setKey(next)).toEqual({ status, body: { detail: text } });
    }
    expect(await it.getKey()).toEqual(before);
    // Anthropic that does not answer holds two requests of an organization, and no third.
    const goOn = Promise.withResolvers<void>();
    it.anthropic.onCheck = () => goOn.promise;
    const held = [it.setKey(next), it.setKey(next)];
    await expect.poll(() => it.anthropic.checksUnderWay()).toBe(2);
    const busy = { status: 429, body: { detail: 'Other checks of a key are under way' } };
    expect(await it.setKey(next)).toEqual(busy);
    goOn.resolve();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([502, 502]);
    const { job } = await it.submit('still');
    await it.work();
    expect(await it.job(job)).toMatchObject({ status: 'completed' });
  });

  test('after a replacement the check shows whether the key works, and a success ends a refusal', async () => {
    await using it = await startScanning(kind);
    const check = () => it.call('settings/anthropic-key/check', {});
    const set = await it.setKey(`  ${next}\n`);
    const record = {
      configured: true,
      preview: 'sk-ant-api03-next••••__AA',
      set_at: time,
      set_by: 'user_demo_parent_admin',
      last_check: { at: time, ok: true, detail: null },
      age_days: 0,
      rotation_due: false,
    };
    expect(set).toEqual({ status: 200, body: record });
    expect(await check()).toEqual(set);
    it.anthropic.refuse(next, refusals.rejected);
    const refused = { ...record, last_check: { at: time, ok: false, detail: rejected } };
    expect(await check()).toEqual({ status: 200, body: refused });
    await expect(it.submit('refused')).rejects.toThrow('409');
    // Anthropic away says nothing about the key.
    it.anthropic.refuse(next, { status: 529, type: 'overloaded_error' });
    expect((await check()).body.last_check.ok).toBe(false);
    await expect(it.submit('refused')).rejects.toThrow('409');
    it.anthropic.refuse(next, null);
    expect(await check()).toEqual(set);
    await it.submit('accepted');

    it.clock.advance(90 * 86_400_000);
    expect(await it.getKey()).toMatchObject({ age_days: 90, rotation_due: true });
    expect((await it.call('settings/anthropic-key', undefined, 'DELETE')).status).toBe(204);
    const gone = { status: 404, body: { detail: 'Anthropic API key not found' } };
    expect(await it.call('settings/anthropic-key', undefined, 'DELETE')).toEqual(gone);
    expect(await check()).toEqual(gone);
    expect(await it.getKey()).toEqual({
      ...{ configured: false, preview: null, set_at: null, set_by: null, last_check: null },
      ...{ age_days: null, rotation_due: false },
    });
    await expect(it.submit('without')).rejects.toThrow('409');
  });
});
