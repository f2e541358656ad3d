import { expect, test } from 'vitest';
import { sampleReports } from '../../../server/assets/sample-reports.ts';
import { toScanResult } from '../../../server/assets/scan-result.ts';
import { Job } from '../../../server/database/entities/job.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach, type RunningServer } from '../../support/server.ts';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const as = 'parent-admin';

const outside = (what: string) => ({
  status: 403,
  body: { detail: `Access denied: ${what} is outside the API key's sub-org scope` },
});

const get = (server: RunningServer, path: string, who: string = as) =>
  answer(server.fetch(path, { as: who }));
const post = (server: RunningServer, path: string, json: object, who: string = as) =>
  answer(server.fetch(path, { as: who, json }));

onOneServerEach((server) => {
  test('GET repos/{id}/scans lists the analyses of that repository, newest first', async () => {
    const url = 'https://git.invalid/acme-security/scanned';
    const first = (await post(server(), '/api/v1/repos/analyze', { url })).body;
    const second = (await post(server(), '/api/v1/repos/analyze', { url })).body;
    expect(second.repo_id).toBe(first.repo_id);
    const { body } = await get(server(), `/api/v1/repos/${first.repo_id}/scans`);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([second.job_id, first.job_id]);
    expect(body.next_cursor).toBeNull();
    const page = await get(server(), `/api/v1/repos/${first.repo_id}/scans?limit=1`);
    const next = `/api/v1/repos/${first.repo_id}/scans?limit=1&cursor=${page.body.next_cursor}`;
    expect((await get(server(), next)).body.items[0].id).toBe(first.job_id);
  });

  test('POST repos/analyze of one address at the same time finds one repository', async () => {
    const url = 'https://git.invalid/acme-security/at-once';
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post(server(), '/api/v1/repos/analyze', { url })),
    );
    expect(new Set(answers.map(({ body }) => body.repo_id)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(8);
  });

  test('POST repos/analyze of one address in two sub-orgs makes two repositories', async () => {
    const { payments, mobile } = await demoIds(server());
    const url = 'https://git.invalid/acme-security/shared';
    const ids = [];
    for (const sub_org_id of [payments, mobile, null]) {
      ids.push((await post(server(), '/api/v1/repos/analyze', { url, sub_org_id })).body.repo_id);
    }
    expect(new Set(ids).size).toBe(3);
  });

  test('GET report shows the findings of the analysis that completed last', async () => {
    const url = 'https://git.invalid/acme-security/reported';
    const { repo_id, job_id } = (await post(server(), '/api/v1/repos/analyze', { url })).body;
    const path = `/api/v1/repos/${repo_id}/report`;
    expect((await get(server(), path)).body).toEqual({
      repo_id,
      status: 'queued',
      risk_level: null,
      risk_score: null,
      summary: null,
      findings: null,
      partial: null,
      completed_at: null,
    });
    const completedAt = new Date('2026-03-04T05:06:07.089Z');
    await server().database.transaction((em) =>
      em.nativeUpdate(
        Job,
        { id: job_id },
        { status: 'completed', completedAt, result: { ...toScanResult(sampleReports.high) } },
      ),
    );
    const { summary, findings } = sampleReports.high;
    expect((await get(server(), path)).body).toEqual({
      ...{ repo_id, status: 'queued', risk_level: 'high', risk_score: 74 },
      ...{ summary, findings, partial: true },
      completed_at: completedAt.toISOString(),
    });
  });

  test('a job is polled under the scope rule, also by a key that may only submit', async () => {
    const { mobile, payments } = await demoIds(server());
    const scopes = ['repos:analyze'];
    const submitter = await issueKey(server(), { sub_org_id: mobile, scopes });
    const json = { url: 'https://git.invalid/acme-security/polled' };
    const { job_id } = (await post(server(), '/api/v1/repos/analyze', json, submitter.raw)).body;
    const path = `/api/v1/jobs/${job_id}`;
    expect(await get(server(), path, submitter.raw)).toEqual({
      status: 200,
      body: {
        id: job_id,
        organization_id: 'org_demo_acme',
        project_id: null,
        sub_org_id: mobile,
        type: 'repo_analysis',
        status: 'queued',
        progress: 0,
        total: null,
        created_by: submitter.id,
        started_at: null,
        completed_at: null,
        error_message: null,
        created_at: time,
        updated_at: time,
        result: null,
      },
    });
    const other = await issueKey(server(), { sub_org_id: payments });
    expect(await get(server(), path, other.raw)).toEqual(outside('job'));
    const extensions = await issueKey(server(), { scopes: ['extensions:read'] });
    expect(await get(server(), path, extensions.raw)).toEqual({
      status: 403,
      body: { detail: 'Insufficient permissions' },
    });
    const unknown = await get(server(), '/api/v1/jobs/job_01ARYZ6S41TSV4RRFFQ69G5FAV');
    expect(unknown).toEqual({ status: 404, body: { detail: 'Job not found' } });
    expect(await get(server(), path, 'tier-1-admin')).toEqual(unknown);
  });

  test('GET key says what the key is', async () => {
    const { mobile } = await demoIds(server());
    const input = { label: 'Deploy', sub_org_id: mobile, scopes: ['repos:read'] };
    const key = await issueKey(server(), { ...input, expires_in_days: 1, environment: 'test' });
    expect(await get(server(), '/api/v1/key', key.raw)).toEqual({
      status: 200,
      body: {
        id: key.id,
        label: 'Deploy',
        preview: `${key.raw.slice(0, 13)}••••${key.raw.slice(-4)}`,
        organization: { id: 'org_demo_acme', name: 'Acme Security' },
        sub_org_id: mobile,
        scopes: ['repos:read'],
        environment: 'test',
        expires_at: key.record.expires_at,
      },
    });
  });

  test('GET auth/verify tells a proxy who it is, and always overwrites all six headers', async () => {
    const { mobile } = await demoIds(server());
    const cases = [
      [{}, '-', '*'],
      [
        { sub_org_id: mobile, scopes: ['repos:read', 'extensions:read'] },
        `${mobile}`,
        'repos:read extensions:read',
      ],
      [{ scopes: [] }, '-', '-'],
      [{ scopes: ['admin:*'] }, '-', '*'],
    ] as const;
    for (const [input, subOrg, scopes] of cases) {
      const key = await issueKey(server(), input);
      const response = await server().fetch('/auth/verify', { as: key.raw });
      expect([response.status, await response.text()]).toEqual([200, '']);
      const names = ['org', 'sub-org', 'key-id', 'scopes', 'environment', 'project'];
      const headers = names.map((name) => response.headers.get(`x-reporisk-${name}`));
      expect(headers).toEqual(['org_demo_acme', subOrg, key.id, scopes, 'live', '-']);
    }
    for (const path of ['/api/v1/key', '/auth/verify']) {
      const session = { status: 401, body: { detail: 'Invalid API key' } };
      expect(await get(server(), path)).toEqual(session);
    }
  });
});
