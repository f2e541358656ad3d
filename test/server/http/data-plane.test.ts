import { expect, test } from 'vitest';
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

/** A seeded asset and how it is submitted, for repositories and extensions alike. */
const assets = [
  {
    what: 'repository',
    list: '/api/v1/repos',
    submit: '/api/v1/repos/analyze',
    id: 'repo_id',
    jobType: 'repo_analysis',
    read: 'repos:read',
    write: 'repos:analyze',
  },
  {
    what: 'extension',
    list: '/api/v1/extensions',
    submit: '/api/v1/extensions/submit-url',
    id: 'extension_id',
    jobType: 'extension_analysis',
    read: 'extensions:read',
    write: 'extensions:submit',
  },
] as const;

onOneServerEach((server) => {
  describeAssets(server);

  test('GET repos/{id}/scans lists the analyses of that repository, newest first', async () => {
    const url = 'https://github.com/acme-security/scanned';
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
    const url = 'https://github.com/acme-security/at-once';
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post(server(), '/api/v1/repos/analyze', { url })),
    );
    expect(new Set(answers.map(({ body }) => body.repo_id)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(8);
  });

  test('POST repos/analyze of one address in two sub-orgs makes two repositories', async () => {
    const { payments, mobile } = await demoIds(server());
    const url = 'https://github.com/acme-security/shared';
    const ids = [];
    for (const sub_org_id of [payments, mobile, null]) {
      ids.push((await post(server(), '/api/v1/repos/analyze', { url, sub_org_id })).body.repo_id);
    }
    expect(new Set(ids).size).toBe(3);
  });

  test('GET report shows the findings of the analysis that completed last', async () => {
    const url = 'https://github.com/acme-security/reported';
    const { repo_id, job_id } = (await post(server(), '/api/v1/repos/analyze', { url })).body;
    const path = `/api/v1/repos/${repo_id}/report`;
    expect((await get(server(), path)).body).toEqual({
      repo_id,
      status: 'queued',
      risk_level: null,
      risk_score: null,
      findings: null,
      completed_at: null,
    });
    const completedAt = new Date('2026-03-04T05:06:07.089Z');
    await server().database.transaction((em) =>
      em.nativeUpdate(
        Job,
        { id: job_id },
        { status: 'completed', completedAt, result: { findings: [{ rule: 'curl | sh' }] } },
      ),
    );
    expect((await get(server(), path)).body).toMatchObject({
      findings: [{ rule: 'curl | sh' }],
      completed_at: completedAt.toISOString(),
    });
  });

  test('a job is polled under the scope rule, also by a key that may only submit', async () => {
    const { mobile, payments } = await demoIds(server());
    const scopes = ['repos:analyze'];
    const submitter = await issueKey(server(), { sub_org_id: mobile, scopes });
    const json = { url: 'https://github.com/acme-security/polled' };
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

  test('GET auth/verify tells a proxy who it is, and always overwrites all four headers', async () => {
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
      const names = ['org', 'sub-org', 'key-id', 'scopes'];
      const headers = names.map((name) => response.headers.get(`x-reporisk-${name}`));
      expect(headers).toEqual(['org_demo_acme', subOrg, key.id, scopes]);
    }
    for (const path of ['/api/v1/key', '/auth/verify']) {
      const session = { status: 401, body: { detail: 'Invalid API key' } };
      expect(await get(server(), path)).toEqual(session);
    }
  });
});

function describeAssets(server: () => RunningServer) {
  test.each(assets)('a $what has the documented shape', async ({ list, submit, id }) => {
    const url = 'https://example.com/acme-security/shape.git';
    const submitted = await post(server(), submit, { url });
    expect(submitted).toEqual({
      status: 202,
      body: { [id]: expect.any(Number), job_id: expect.stringMatching(/^job_/), status: 'queued' },
    });
    const record = {
      id: submitted.body[id],
      url,
      name: 'acme-security/shape',
      sub_org_id: null,
      status: 'queued',
      risk_level: null,
      risk_score: null,
      created_at: time,
      updated_at: time,
    };
    expect(await get(server(), `${list}/${record.id}`)).toEqual({ status: 200, body: record });
    const { body } = await get(server(), `${list}?limit=1`);
    expect(body).toEqual({ items: [record], next_cursor: expect.any(String) });
    const report = await get(server(), `${list}/${record.id}/report`);
    expect(report.body).toMatchObject({ [id]: record.id, status: 'queued', findings: null });
  });

  test.each(assets)(
    'a scoped key sees and submits its own sub-org’s only: $what',
    async (asset) => {
      const { what, list, submit, id } = asset;
      const { payments, mobile, foreignSubOrg } = await demoIds(server());
      const key = await issueKey(server(), { sub_org_id: mobile });
      const url = (name: string) => ({ url: `https://example.com/scope/${name}` });
      const elsewhere = (await post(server(), submit, { ...url('p'), sub_org_id: payments })).body[
        id
      ];
      const nowhere = (await post(server(), submit, url('n'))).body[id];
      const own = (await post(server(), submit, url('m'), key.raw)).body[id];
      const named = await post(server(), submit, { ...url('m2'), sub_org_id: mobile }, key.raw);
      expect(named.status).toBe(202);

      for (const who of [key.raw, 'sub-org-admin']) {
        const { body } = await get(server(), `${list}?limit=100`, who);
        const places = body.items.map((item: { sub_org_id: number }) => item.sub_org_id);
        expect([...new Set(places)]).toEqual([mobile]);
        expect((await get(server(), `${list}/${own}`, who)).body.sub_org_id).toBe(mobile);
        expect((await get(server(), `${list}?sub_org_id=${mobile}`, who)).status).toBe(200);
        for (const each of [elsewhere, nowhere]) {
          expect(await get(server(), `${list}/${each}`, who)).toEqual(outside(what));
          expect(await get(server(), `${list}/${each}/report`, who)).toEqual(outside(what));
        }
        for (const other of [payments, foreignSubOrg, 999_999, 0]) {
          const json = { ...url('x'), sub_org_id: other };
          expect(await post(server(), submit, json, who)).toEqual(outside(what));
          expect(await get(server(), `${list}?sub_org_id=${other}`, who)).toEqual(outside(what));
        }
      }
    },
  );

  test.each(assets)('an org-wide key filters by sub-org: $what', async ({ list, submit }) => {
    const { payments, foreignSubOrg } = await demoIds(server());
    const key = await issueKey(server());
    await post(server(), submit, { url: 'https://example.com/f', sub_org_id: payments }, key.raw);
    const { body } = await get(server(), `${list}?sub_org_id=${payments}`, key.raw);
    expect(body.items.length).toBeGreaterThan(0);
    for (const item of body.items) expect(item.sub_org_id).toBe(payments);
    const [foreign, unknown] = [
      await get(server(), `${list}?sub_org_id=${foreignSubOrg}`, key.raw),
      await get(server(), `${list}?sub_org_id=999999`, key.raw),
    ];
    expect(foreign).toEqual(unknown);
    expect(foreign.status).toBe(422);
  });

  test.each(assets)(
    'another organization’s $what is unknown, to the byte',
    async ({ list, submit, id }) => {
      const gina = server().session({
        user: 'gina',
        organization: 'org_demo_globex',
        role: 'admin',
      });
      const foreign = (await post(server(), submit, { url: 'https://g.example/x' }, gina)).body[id];
      const key = await issueKey(server(), { sub_org_id: (await demoIds(server())).mobile });
      for (const who of [as, key.raw]) {
        for (const rest of ['', '/report']) {
          const [one, other] = [
            await server().fetch(`${list}/${foreign}${rest}`, { as: who }),
            await server().fetch(`${list}/999999${rest}`, { as: who }),
          ];
          expect([one.status, await one.text()]).toEqual([404, await other.text()]);
        }
      }
    },
  );

  test.each(assets)('scopes are held to: $what', async ({ list, submit, read, write }) => {
    const json = { url: 'https://example.com/scopes' };
    for (const scopes of [[], [read], [write], [read, write], ['admin:*'], null]) {
      const { raw } = await issueKey(server(), { scopes });
      const may = (scope: string) =>
        scopes === null || scopes.some((each) => each === scope || each === 'admin:*');
      expect((await get(server(), list, raw)).status).toBe(may(read) ? 200 : 403);
      expect((await post(server(), submit, json, raw)).status).toBe(may(write) ? 202 : 403);
    }
  });

  test.each(assets)(
    'a list goes on where it was while others are added: $what',
    async ({ list, submit, id }) => {
      const add = async (name: string): Promise<number> =>
        (await post(server(), submit, { url: `https://example.com/page/${name}` })).body[id];
      const expected = [];
      for (const name of ['a', 'b', 'c', 'd', 'e']) expected.unshift(await add(name));
      const seen: number[] = [];
      let cursor = '';
      while (seen.length < expected.length) {
        const { body } = await get(server(), `${list}?limit=2${cursor}`);
        seen.push(...body.items.map((item: { id: number }) => item.id));
        cursor = `&cursor=${body.next_cursor}`;
        await add(`late-${seen.length}`);
      }
      expect(seen.slice(0, expected.length)).toEqual(expected);
    },
  );
}
