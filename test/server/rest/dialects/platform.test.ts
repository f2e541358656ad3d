import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { scopesOf } from '../../../../core/mod.ts';
import { WebhookDelivery } from '../../../../server/database/entities/webhook-delivery.ts';
import { answer, issueKey } from '../../../support/issued-keys.ts';
import {
  onBothDatabases,
  onOneServerEach,
  type RunningServer,
  startServerOn,
} from '../../../support/server.ts';

const dialects = ['platform', 'repurai'];
const organization = '/platform/organizations/org_demo_acme';
const keys = `${organization}/api-keys`;
const admin = 'parent-admin';
const request = {
  name: 'CI pipeline',
  description: 'SOC deploy pipeline',
  scopes: ['analysis:run', 'projects:read', 'cases:write'],
  expires_in_days: 365,
  project_id: 'prj_01H',
};

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const signIn = { status: 401, body: { detail: 'Sign in required' } };
const forbidden = { status: 403, body: { detail: 'Insufficient permissions' } };
const noKeysForKeys = {
  status: 403,
  body: { detail: 'API keys cannot be managed via API key authentication' },
};
const sessionOnly = {
  status: 403,
  body: { detail: 'This endpoint requires a Clerk session and cannot be accessed with an API key' },
};

interface Made {
  readonly key: Record<string, unknown> & { readonly id: string };
  readonly raw_key: string;
}

async function make(server: RunningServer, differences: object = {}): Promise<Made> {
  const json = { ...request, ...differences };
  const made = await answer(server.fetch(keys, { as: admin, json }));
  expect(made.status).toBe(201);
  return made.body;
}

async function makeAccount(server: RunningServer): Promise<{ id: string; slug: string }> {
  const json = { name: 'CI Bot', description: 'Publishes versions', role: 'engineer' };
  const path = `${organization}/service-accounts`;
  return (await answer(server.fetch(path, { as: admin, json }))).body;
}

async function makeJob(server: RunningServer): Promise<string> {
  const json = { url: 'https://git.invalid/acme-security/website' };
  const submitted = await answer(server.fetch('/api/v1/repos/analyze', { as: admin, json }));
  return submitted.body.job_id;
}

/** A row of the document's tables of paths. */
interface Row {
  readonly method: string;
  readonly path: string;
  readonly needsAdmin: boolean;
  /** The id in the path. */
  readonly of?: (server: RunningServer) => Promise<string>;
  readonly json?: object;
  readonly status: number;
}

const keyId = async (server: RunningServer) => (await make(server)).key.id;
const accountId = async (server: RunningServer) => (await makeAccount(server)).id;
const session = false;
const manage = true;

const rows: readonly Row[] = [
  { method: 'POST', path: '/api-keys', needsAdmin: manage, json: request, status: 201 },
  { method: 'GET', path: '/api-keys', needsAdmin: session, status: 200 },
  { method: 'GET', path: '/api-keys/{id}', needsAdmin: session, of: keyId, status: 200 },
  {
    ...{ method: 'PATCH', path: '/api-keys/{id}', needsAdmin: manage, of: keyId, status: 200 },
    json: { name: 'Renamed' },
  },
  {
    ...{ method: 'POST', path: '/api-keys/{id}/revoke', needsAdmin: manage, of: keyId },
    ...{ json: { reason: 'Manually rotated after leak' }, status: 200 },
  },
  {
    ...{ method: 'POST', path: '/api-keys/{id}/rotate', needsAdmin: manage, of: keyId },
    ...{ json: {}, status: 200 },
  },
  { method: 'GET', path: '/api-keys/{id}/usage', needsAdmin: session, of: keyId, status: 200 },
  {
    ...{ method: 'POST', path: '/service-accounts', needsAdmin: manage, status: 201 },
    json: { name: 'CI Bot', role: 'engineer' },
  },
  { method: 'GET', path: '/service-accounts', needsAdmin: session, status: 200 },
  {
    method: 'GET',
    path: '/service-accounts/{id}',
    needsAdmin: session,
    of: accountId,
    status: 200,
  },
  {
    ...{ method: 'PATCH', path: '/service-accounts/{id}', needsAdmin: manage, of: accountId },
    ...{ json: { is_active: false }, status: 200 },
  },
  { method: 'GET', path: '/jobs', needsAdmin: session, status: 200 },
  { method: 'GET', path: '/jobs/{id}', needsAdmin: session, of: makeJob, status: 200 },
];

onOneServerEach(
  (server) => {
    test.each(rows)('$method $path has its permission and status', async (row) => {
      const { method, path, needsAdmin, of, json, status } = row;
      const id = (await of?.(server())) ?? '';
      const isOfKeys = path.startsWith('/api-keys');
      const target = `${organization}${path.replace('{id}', id)}`;
      const send = (as?: string, to = target) =>
        answer(server().fetch(to, { method, ...(json && { json }), ...(as && { as }) }));
      const own = (await make(server(), { project_id: null })).raw_key;
      const reporisk = (await issueKey(server())).raw;
      const repurai = (await issueKey(server(), { dialect: 'repurai' })).raw;

      expect(await send()).toEqual(signIn);
      expect(await send(reporisk)).toEqual(signIn);
      expect(await send(repurai)).toEqual(signIn);
      expect(await send(own)).toEqual(isOfKeys ? noKeysForKeys : sessionOnly);
      expect(await send('outsider')).toEqual(forbidden);
      expect(await send('sub-org-admin')).toEqual(forbidden);
      // Another organization's admin, and this one's under another organization's name.
      expect(await send('tier-1-admin')).toEqual(forbidden);
      for (const other of ['org_demo_globex', 'org_unknown']) {
        const elsewhere = target.replace('org_demo_acme', other);
        expect(await send(admin, elsewhere)).toEqual(forbidden);
      }
      const asMember = await send('parent-member');
      if (needsAdmin) expect(asMember).toEqual(forbidden);
      else expect(asMember.status).toBe(status);
      expect((await send(admin)).status).toBe(status);
      if (path.endsWith('{id}')) {
        const unknown = path.replace('{id}', 'key_unknown');
        expect((await send(admin, organization + unknown)).status).toBe(404);
      }
    });

    test('a key has the shape of the document, and keeps id and scopes when it is rotated', async () => {
      const made = await make(server());
      const { id } = made.key;
      expect(made).toEqual({
        key: {
          ...{ id: expect.stringMatching(/^key_[0-9A-Z]{26}$/), name: 'CI pipeline' },
          ...{ description: 'SOC deploy pipeline', organization_id: 'org_demo_acme' },
          ...{ project_id: 'prj_01H', scopes: request.scopes },
          ...{ key_prefix: made.raw_key.slice(0, 12), is_active: true, last_used_at: null },
          ...{ expires_at: time, created_by: 'user_demo_parent_admin' },
          ...{ created_at: time, updated_at: time },
        },
        raw_key: expect.stringMatching(new RegExp(`^rfk_${id.slice(4)}_[0-9a-f]{64}$`)),
      });
      const one = `${keys}/${id}`;
      expect((await answer(server().fetch(one, { as: admin }))).body).toEqual(made.key);
      const list = await answer(server().fetch(keys, { as: admin }));
      expect(list.body).toContainEqual(made.key);
      const rotated = await answer(server().fetch(`${one}/rotate`, { as: admin, method: 'POST' }));
      expect(rotated.body.key).toEqual({ ...made.key, updated_at: time });
      const pass = (raw: string) => server().fetch('/auth/verify?project_id=prj_01H', { as: raw });
      expect((await pass(made.raw_key)).status).toBe(401);
      expect((await pass(rotated.body.raw_key)).status).toBe(200);
      const changed = await answer(
        server().fetch(one, {
          ...{ as: admin, method: 'PATCH' },
          json: { name: 'Deploy', description: null, scopes: ['admin:*'] },
        }),
      );
      expect(changed.body).toMatchObject({ name: 'Deploy', description: '', scopes: ['admin:*'] });
      const revoked = await answer(server().fetch(`${one}/revoke`, { as: admin, json: {} }));
      expect(revoked).toMatchObject({ status: 200, body: { id, is_active: false } });
      expect((await pass(rotated.body.raw_key)).status).toBe(401);
      const again = await answer(server().fetch(`${one}/revoke`, { as: admin, json: {} }));
      expect(again).toEqual({ status: 404, body: { detail: 'API key not found' } });
      const shown = await answer(server().fetch(keys, { as: admin }));
      expect(shown.body).toContainEqual({ ...revoked.body });
    });

    test('its paths reach keys of the dialect only; the settings list and revoke every key', async () => {
      const { id } = await issueKey(server());
      const path = `${keys}/${id}`;
      const notFound = { status: 404, body: { detail: 'API key not found' } };
      expect(await answer(server().fetch(path, { as: admin }))).toEqual(notFound);
      expect(await answer(server().fetch(`${path}/usage`, { as: admin }))).toEqual(notFound);
      for (const verb of ['revoke', 'rotate']) {
        const sent = server().fetch(`${path}/${verb}`, { as: admin, json: {} });
        expect(await answer(sent)).toEqual(notFound);
      }
      const list = await answer(server().fetch(keys, { as: admin }));
      expect(list.body.map((key: { id: string }) => key.id)).not.toContain(id);

      const made = await make(server());
      const own = `/api/v1/settings/api-keys/${made.key.id}`;
      expect((await answer(server().fetch(own, { as: admin }))).body).toMatchObject({
        ...{ dialect: 'platform', key_prefix: made.key.key_prefix },
        preview: `${made.raw_key.slice(0, 8)}••••${made.raw_key.slice(-4)}`,
      });
      const revoked = await server().fetch(own, { as: admin, method: 'DELETE' });
      expect(revoked.status).toBe(204);
    });

    test.each([
      ['no name', { name: undefined }, ['body', 'name'], 'field required'],
      ['no scopes', { scopes: undefined }, ['body', 'scopes'], 'field required'],
      ['null as scopes', { scopes: null }, ['body', 'scopes'], 'none is not an allowed value'],
      ...['repos:read', 'projects:*', 'members:read'].map(
        (scope) =>
          [
            `the unknown scope ${scope}`,
            { scopes: ['cases:read', scope] },
            ['body', 'scopes', 1],
            `value is not a valid enumeration member; permitted: ${scopesOf('platform')
              .map((each) => `'${each}'`)
              .join(', ')}`,
          ] as const,
      ),
      [
        '0 days',
        { expires_in_days: 0 },
        ['body', 'expires_in_days'],
        'ensure this value is greater than or equal to 1',
      ],
      [
        '3651 days',
        { expires_in_days: 3651 },
        ['body', 'expires_in_days'],
        'ensure this value is less than or equal to 3650',
      ],
      [
        'a dash as its project',
        { project_id: '-' },
        ['body', 'project_id'],
        'expected a project id such as prj_01H2XA9C',
      ],
      ['a label', { label: 'x' }, ['body', 'label'], 'extra fields not permitted'],
      [
        "another operation's member",
        { sub_org_id: 1 },
        ['body', 'sub_org_id'],
        'extra fields not permitted',
      ],
    ] as const)('a key with %s is 422', async (_, differences, loc, msg) => {
      const json = { ...request, ...differences };
      const { status, body } = await answer(server().fetch(keys, { as: admin, json }));
      expect([status, body.detail]).toMatchObject([422, [{ loc, msg }]]);
    });

    test('a key that is held to a project passes only where that project is named', async () => {
      const { raw_key: raw, key } = await make(server());
      const pass = async (as: string, query = '') => {
        const response = await server().fetch(`/auth/verify${query}`, { as });
        return [response.status, response.headers.get('x-reporisk-project')];
      };
      expect(await pass(raw, '?project_id=prj_01H&scope=analysis:run')).toEqual([200, 'prj_01H']);
      expect(await pass(raw)).toEqual([403, null]);
      expect(await pass(raw, '?project_id=prj_02')).toEqual([403, null]);
      expect(await pass(raw, '/below?project_id=prj_01H')).toEqual([403, null]);
      expect(await pass(raw, '?project_id=prj_01H&scope=cases:read')).toEqual([403, null]);
      expect(await pass(raw, '?project_id=prj_01H&project_id=prj_01H')).toEqual([400, null]);
      expect(await pass(raw, '?project_id=-')).toEqual([400, null]);
      const wide = await make(server(), { project_id: null, scopes: ['admin:*'] });
      expect(await pass(wide.raw_key, '?project_id=prj_02&scope=rulesets:write')).toEqual([
        ...[200, '-'],
      ]);
      const headers = await server().fetch('/auth/verify?project_id=prj_01H', { as: raw });
      expect(headers.headers.get('x-reporisk-key-id')).toBe(key.id);
      expect(headers.headers.get('x-reporisk-scopes')).toBe(
        'projects:read analysis:run cases:write',
      );
      // Nowhere else is it a key.
      const invalid = { status: 401, body: { detail: 'Invalid API key' } };
      for (const path of ['/api/v1/key', '/api/v1/repos']) {
        expect(await answer(server().fetch(path, { as: wide.raw_key }))).toEqual(invalid);
      }
    });

    test('calls of a key are records with a duration', async () => {
      const { raw_key: raw, key } = await make(server(), { project_id: null });
      await server().fetch('/auth/verify', { as: raw, headers: { 'user-agent': 'curl/8.4' } });
      await server().usage.flush();
      const usage = await answer(server().fetch(`${keys}/${key.id}/usage`, { as: admin }));
      expect(usage.body).toEqual([
        {
          ...{ id: expect.any(String), key_id: key.id, endpoint: '/auth/verify', method: 'GET' },
          ...{ status_code: 200, duration_ms: expect.any(Number), request_id: expect.any(String) },
          ...{ ip_address: '127.0.0.1', user_agent: 'curl/8.4', created_at: time },
        },
      ]);
    });

    test('service accounts have the shape of the document', async () => {
      const account = await makeAccount(server());
      expect(account).toEqual({
        ...{ id: expect.stringMatching(/^sa_/), name: 'CI Bot', description: 'Publishes versions' },
        ...{ slug: expect.stringMatching(/^ci-bot/), role: 'engineer', is_active: true },
        ...{ created_at: time, updated_at: time },
      });
      const list = await answer(
        server().fetch(`${organization}/service-accounts`, { as: 'parent-member' }),
      );
      expect(list.body).toContainEqual(account);
    });

    test('jobs have the shape and statuses of the document, and are filtered by its types', async () => {
      const id = await makeJob(server());
      const job = {
        ...{ id, organization_id: 'org_demo_acme', project_id: null, type: 'repo_analysis' },
        ...{ status: 'queued', progress: 0, total: null, created_by: 'user_demo_parent_admin' },
        ...{ started_at: null, completed_at: null, error_message: null },
        ...{ created_at: time, updated_at: time },
      };
      const jobs = (query: string) =>
        answer(server().fetch(`${organization}/jobs${query}`, { as: 'parent-member' }));
      expect((await jobs('?type=repo_analysis&status=queued')).body).toContainEqual(job);
      expect((await jobs(`/${id}`)).body).toEqual({ ...job, result: {} });
      for (const type of ['batch_regression', 'import_export']) {
        expect(await jobs(`?type=${type}`)).toEqual({ status: 200, body: [] });
      }
      expect((await jobs('?type=git_sync')).status).toBe(422);
      expect((await jobs('?status=done')).status).toBe(422);
      expect((await jobs('?limit=1')).status).toBe(422);
    });

    test("the document's polling loop runs under Python with httpx", async (context) => {
      // Debian's own has Debian's packages, also where another one comes first in PATH.
      const python = ['/usr/bin/python3', 'python3'].find(
        (each) => spawnSync(each, ['-c', 'import httpx']).status === 0,
      );
      if (python === undefined) return context.skip('python3 with httpx is not installed');
      const id = await makeJob(server());
      const cancel = `/api/v1/settings/jobs/${id}/cancel`;
      await server().fetch(cancel, { as: admin, json: {} });
      const { stdout } = await promisify(execFile)(python, ['-c', polling], {
        env: {
          ...process.env,
          ...{ BASE: server().url, TOKEN: server().token('parent-member'), JOB: id },
        },
      });
      expect(stdout.trim()).toBe('cancelled');
    });
  },
  { dialects, every: () => () => {} },
);

const polling = `
import os
base = os.environ["BASE"]

import time, httpx

def wait_for_job(client, org_id, job_id, timeout=600):
    deadline = time.time() + timeout
    while time.time() < deadline:
        r = client.get(f"{base}/platform/organizations/{org_id}/jobs/{job_id}")
        r.raise_for_status()
        job = r.json()
        if job["status"] in ("completed", "failed", "cancelled"):
            return job
        time.sleep(2)
    raise TimeoutError("Job took too long")

headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
with httpx.Client(headers=headers) as client:
    print(wait_for_job(client, "org_demo_acme", os.environ["JOB"])["status"])
`;

onBothDatabases((kind) => {
  test('creating and revoking a key sends its webhooks', async () => {
    await using server = await startServerOn(kind, { dialects });
    const url = 'https://hooks.example/keys';
    await server.fetch('/api/v1/settings/webhooks', { as: admin, json: { url } });
    const { key } = await make(server);
    const json = { reason: 'leak' };
    await server.fetch(`${keys}/${key.id}/revoke`, { as: admin, json });
    const sent = await server.database.read().find(WebhookDelivery, { keyId: key.id });
    expect(sent.map(({ type }) => type).sort()).toEqual(['api_key.created', 'api_key.revoked']);
  });

  test('an organization on a lower plan can revoke its keys and make none', async () => {
    await using server = await startServerOn(kind, { dialects });
    const { key } = await make(server);
    await server.database.transaction((em) =>
      em.execute("update organization set tier = 2 where id = 'org_demo_acme'"),
    );
    const plan = { detail: 'API access is not available on your current plan' };
    const made = await answer(server.fetch(keys, { as: admin, json: request }));
    expect(made).toEqual({ status: 403, body: plan });
    const revoked = await answer(server.fetch(`${keys}/${key.id}/revoke`, { as: admin, json: {} }));
    expect(revoked).toMatchObject({ status: 200, body: { is_active: false } });
  });
});

test('a list of more than a thousand keys names where it goes on', async () => {
  await using server = await startServerOn('sqlite', { dialects });
  const { key } = await make(server);
  await server.database.transaction(async (em) => {
    await em.execute(
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000)
       insert into api_key (id, dialect, environment, org_id, label, scopes, disabled, imported, created_by, created_at, updated_at)
       select 'key_00' || printf('%024d', i), dialect, environment, org_id, label, scopes, false, false, created_by, created_at - i, updated_at
       from api_key, n where id = ?`,
      [key.id],
    );
    await em.execute(
      `insert into api_key_secret (lookup, key_id, scheme, seal, prefix, first4, last4, legacy, created_at)
       select id, id, 'none', '', 'rfk_', '0000', '0000', false, created_at from api_key where id like 'key_00%'`,
    );
  });
  const first = await server.fetch(keys, { as: admin });
  expect(await first.json()).toHaveLength(1000);
  const [, next = ''] = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
  const rest = await server.fetch(next, { as: admin });
  expect([await rest.json(), rest.headers.get('link')]).toMatchObject([{ length: 1 }, null]);
});
