import { expect, test } from 'vitest';
import { openVerifier } from '../../../server/store.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { testSecret } from '../../support/keyring.ts';
import { databaseKinds, startServerOn } from '../../support/server.ts';

const as = 'parent-admin';
const denied = { detail: 'Access denied: sandbox keys are not accepted here' };

for (const kind of databaseKinds) {
  test(`sandbox and live records on ${kind} never meet`, async () => {
    await using server = await startServerOn(kind);
    const live = (await issueKey(server)).raw;
    const hook = { url: 'https://hooks.invalid/keys' };
    const { body: webhook } = await answer(
      server.fetch('/api/v1/settings/webhooks', { as, json: hook }),
    );
    const sandbox = (await issueKey(server, { environment: 'test' })).raw;
    const { body: deliveries } = await answer(
      server.fetch(`/api/v1/settings/webhooks/${webhook.id}/deliveries`, { as }),
    );
    const [{ payload }] = deliveries.items;
    expect(JSON.parse(payload).data.key).toMatchObject({ environment: 'test' });
    expect(sandbox).toMatch(/^rrk_test_/);
    const url = 'https://git.invalid/acme/app';
    const submit = async (who: string) =>
      (await answer(server.fetch('/api/v1/repos/analyze', { as: who, json: { url } }))).body;
    const submitUrl = async (who: string) =>
      (await answer(server.fetch('/api/v1/extensions/submit-url', { as: who, json: { url } })))
        .body;
    const made = { live: await submit(live), test: await submit(sandbox) };
    expect(made.live.repo_id).not.toBe(made.test.repo_id);
    expect((await submit(sandbox)).repo_id).toBe(made.test.repo_id);
    const extensions = { live: await submitUrl(live), test: await submitUrl(sandbox) };

    const status = async (path: string, who: string) =>
      (await server.fetch(path, { as: who })).status;
    for (const [own, other, who] of [
      ['live', 'test', live],
      ['test', 'live', sandbox],
    ] as const) {
      for (const [path, expected] of [
        [`repos/${made[own].repo_id}`, 200],
        [`repos/${made[other].repo_id}`, 404],
        [`repos/${made[other].repo_id}/report`, 404],
        [`repos/${made[other].repo_id}/scans`, 404],
        [`extensions/${extensions[own].extension_id}`, 200],
        [`extensions/${extensions[other].extension_id}`, 404],
        [`extensions/${extensions[other].extension_id}/report`, 404],
        [`jobs/${made[own].job_id}`, 200],
        [`jobs/${made[other].job_id}`, 404],
        [`repos/${made[own].repo_id}?environment=${own}`, 200],
        [`repos/${made[own].repo_id}?environment=${other}`, 422],
        [`repos?environment=${other}`, 422],
      ] as const) {
        expect([own, path, await status(`/api/v1/${path}`, who)]).toEqual([own, path, expected]);
      }
    }

    const ids = async (path: string, who: string) =>
      (await answer(server.fetch(path, { as: who }))).body.items.map(
        ({ id }: { id: number }) => id,
      );
    const { live: liveRepo, test: testRepo } = made;
    for (const who of [live, as]) {
      const seen = await ids('/api/v1/repos', who);
      expect(seen).toContain(liveRepo.repo_id);
      expect(seen).not.toContain(testRepo.repo_id);
    }
    expect(await ids('/api/v1/repos', sandbox)).toEqual([testRepo.repo_id]);
    expect(await ids('/api/v1/repos?environment=test', as)).toEqual([testRepo.repo_id]);
    expect(await ids('/api/v1/extensions', sandbox)).toEqual([extensions.test.extension_id]);
    const jobs = '/api/v1/settings/jobs';
    expect(await ids(jobs, as)).not.toContain(testRepo.job_id);
    expect(await ids(`${jobs}?environment=test`, as)).toContain(testRepo.job_id);
    expect(await status(`/api/v1/repos/${testRepo.repo_id}`, as)).toBe(404);
    expect(await status(`/api/v1/repos/${testRepo.repo_id}?environment=test`, as)).toBe(200);
  });

  test(`who embeds or forwards on ${kind} accepts live keys only, unless told otherwise`, async () => {
    await using server = await startServerOn(kind);
    const live = (await issueKey(server)).raw;
    const sandbox = (await issueKey(server, { environment: 'test' })).raw;
    const forwarded = await answer(server.fetch('/auth/verify', { as: sandbox }));
    expect(forwarded).toEqual({ status: 403, body: denied });
    const options = {
      databaseUrl: server.databaseUrl,
      serverSecret: testSecret,
      onError: () => {},
    };
    {
      await using verifier = await openVerifier(options);
      expect(await verifier.verify(live)).toMatchObject({ ok: true });
      expect(await verifier.verify(sandbox)).toMatchObject({
        ok: false,
        refusal: { status: 403, detail: denied.detail },
      });
      const environments = ['live', 'test'] as const;
      expect(await verifier.verify(sandbox, { environments })).toMatchObject({ ok: true });
    }
    await using both = await openVerifier({ ...options, environments: ['live', 'test'] });
    expect(await both.verify(sandbox)).toMatchObject({ ok: true });
    expect(await both.verify(live)).toMatchObject({ ok: true });
    await expect(openVerifier({ ...options, environments: ['prod'] as never })).rejects.toThrow(
      'environments is "prod": it takes ["live"] or ["live", "test"]',
    );
  });
}

for (const kind of databaseKinds) {
  test(`answers on ${kind} tell when a key expires and which scope it lacks`, async () => {
    await using server = await startServerOn(kind);
    const { raw, record } = await issueKey(server, { expires_in_days: 2, scopes: ['repos:read'] });
    const get = (path: string, init = {}) => server.fetch(path, { as: raw, ...init });
    for (const path of ['/api/v1/key', '/api/v1/repos', '/auth/verify']) {
      const response = await get(path);
      expect([path, response.headers.get('x-reporisk-key-expires')]).toEqual([
        path,
        record.expires_at,
      ]);
    }
    const lacks = 'Bearer error="insufficient_scope", scope="repos:analyze"';
    const json = { url: 'https://git.invalid/a' };
    for (const response of [
      await get('/api/v1/repos/analyze', { json }),
      await get('/auth/verify?scope=repos:analyze'),
    ]) {
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([403, lacks]);
      expect(response.headers.get('x-reporisk-key-expires')).toBe(record.expires_at);
    }
    const { id, raw: limited } = await issueKey(server, {
      expires_in_days: 2,
      rate_limit: { limit: 1, window_seconds: 3600 },
    });
    const statuses: number[] = [];
    for (const path of ['/api/v1/key', '/api/v1/key', '/api/v1/repos', '/auth/verify']) {
      const response = await server.fetch(path, { as: limited });
      statuses.push(response.status);
      expect(response.headers.has('x-reporisk-key-expires')).toBe(true);
    }
    expect(statuses).toEqual([200, 429, 429, 429]);
    const settings = `/api/v1/settings/api-keys/${id}`;
    await server.fetch(settings, { as: 'parent-admin', method: 'DELETE' });
    for (const path of ['/api/v1/key', '/api/v1/repos']) {
      const dead = await server.fetch(path, { as: limited });
      expect([dead.status, dead.headers.has('x-reporisk-key-expires')]).toEqual([401, false]);
    }
    const { raw: forever } = await issueKey(server);
    const response = await server.fetch('/api/v1/key', { as: forever });
    expect(response.headers.has('x-reporisk-key-expires')).toBe(false);
  });
}
