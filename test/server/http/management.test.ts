import { expect, test } from 'vitest';
import { Job } from '../../../server/database/entities/job.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, onOneServerEach, startServerOn } from '../../support/server.ts';

const settings = '/api/v1/settings';
const as = 'parent-admin';
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

onOneServerEach((server) => {
  const get = (path: string, who: string = as) =>
    answer(server().fetch(settings + path, { as: who }));
  const send = (path: string, json: object | undefined, method = 'POST', who: string = as) =>
    answer(server().fetch(settings + path, { as: who, method, ...(json && { json }) }));
  const gina = () =>
    server().session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });

  test('session.get says who it is and what may be done', async () => {
    const may = (all: boolean) => ({ createApiKeys: all, revokeApiKeys: all, manageSubOrgs: all });
    const snake = ({ createApiKeys, revokeApiKeys, manageSubOrgs }: ReturnType<typeof may>) => ({
      create_api_keys: createApiKeys,
      revoke_api_keys: revokeApiKeys,
      manage_sub_orgs: manageSubOrgs,
    });
    const organization = { id: 'org_demo_acme', name: 'Acme Security' };
    expect((await get('/session')).body).toMatchObject({
      user: { id: 'user_demo_parent_admin' },
      organization,
      role: 'admin',
      tier: 3,
      may: snake(may(true)),
    });
    expect((await get('/session', 'parent-member')).body).toMatchObject({
      organization,
      role: 'member',
      may: snake(may(false)),
    });
    expect((await get('/session', 'tier-1-admin')).body).toMatchObject({
      tier: 1,
      may: { create_api_keys: false, revoke_api_keys: true, manage_sub_orgs: true },
    });
  });

  test('subOrgs and serviceAccounts count their active keys, and no others', async () => {
    const subOrg = (await send('/sub-orgs', { name: 'Counted' })).body;
    const account = (await send('/service-accounts', { name: 'Counted', role: 'viewer' })).body;
    const of = { sub_org_id: subOrg.id, service_account_id: account.id };
    const ids: string[] = [];
    for (const label of ['one', 'two', 'disabled', 'revoked']) {
      ids.push((await send('/api-keys', { label, ...of })).body.key.id);
    }
    await send(`/api-keys/${ids[2]}`, { disabled: true }, 'PATCH');
    await send(`/api-keys/${ids[3]}`, undefined, 'DELETE');
    await send('/api-keys', { label: 'of nothing' });
    for (const [path, { id }] of [
      ['/sub-orgs', subOrg],
      ['/service-accounts', account],
    ] as const) {
      const { items } = (await get(path)).body;
      const found = items.find((item: { id: string | number }) => item.id === id);
      expect(found).toMatchObject({ active_keys: 2 });
      expect((await send(`${path}/${id}`, {}, 'PATCH')).body).toEqual(found);
    }
    expect((await get(`/service-accounts/${account.id}`)).body.active_keys).toBe(2);
    expect((await send(`/sub-orgs/${subOrg.id}/archive`, undefined)).body.active_keys).toBe(0);
  });

  test('subOrgs: added, renamed, archived, removed, and never seen by another organization', async () => {
    const { status, body } = await send('/sub-orgs', { name: '  Web  ' });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        id: expect.any(Number),
        name: 'Web',
        clerk_id: null,
        active_keys: 0,
        archived_at: null,
        created_at: time,
      },
    });
    const path = `/sub-orgs/${body.id}`;
    expect(await send(path, { name: 'Site' }, 'PATCH')).toEqual({
      status: 200,
      body: { ...body, name: 'Site' },
    });
    expect(await send(path, {}, 'PATCH')).toMatchObject({ status: 200, body: { name: 'Site' } });
    const unknown = { status: 404, body: { detail: 'Sub-organization not found' } };
    for (const [method, json, rest] of [
      ['PATCH', { name: 'x' }, ''],
      ['DELETE', undefined, ''],
      ['POST', undefined, '/archive'],
    ] as const) {
      expect(await send(path + rest, json, method, gina())).toEqual(unknown);
      expect(await send(`/sub-orgs/999999${rest}`, json, method)).toEqual(unknown);
    }
    const archived = await send(`${path}/archive`, undefined);
    expect(archived).toEqual({ status: 200, body: { ...body, name: 'Site', archived_at: time } });
    expect(await send(`${path}/archive`, undefined)).toEqual(archived);
    expect((await get('/sub-orgs', 'parent-member')).body.items).toContainEqual(archived.body);
    expect(await send(path, undefined, 'DELETE')).toEqual({ status: 204, body: null });
    expect(await send(path, undefined, 'DELETE')).toEqual(unknown);
    const { items } = (await get('/sub-orgs')).body;
    expect(items.map(({ id }: { id: number }) => id)).not.toContain(body.id);
    const next = await send('/sub-orgs', { name: 'Web' });
    expect(next.body.id).toBeGreaterThan(body.id);
  });

  test('serviceAccounts: shape, slugs, changes, and never seen by another organization', async () => {
    const name = 'Ünïcode Bot №1!';
    const made = await send('/service-accounts', { name, role: 'engineer' });
    expect(made).toEqual({
      status: 201,
      body: {
        active_keys: 0,
        id: expect.stringMatching(/^sa_[0-9A-Z]{26}$/),
        name,
        slug: expect.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/),
        description: null,
        role: 'engineer',
        is_active: true,
        created_at: time,
        updated_at: time,
      },
    });
    const again = await send('/service-accounts', { name, role: 'viewer', description: 'two' });
    expect(again.body.slug).toBe(`${made.body.slug}-2`);
    const path = `/service-accounts/${made.body.id}`;
    expect(await get(path)).toEqual({ status: 200, body: made.body });
    const changed = await send(path, { is_active: false, description: 'off' }, 'PATCH');
    expect(changed.body).toMatchObject({ is_active: false, description: 'off', name });
    const cleared = await send(path, { description: null }, 'PATCH');
    expect(cleared.body).toMatchObject({ is_active: false, description: null });
    const unknown = await get('/service-accounts/sa_01ARYZ6S41TSV4RRFFQ69G5FAV');
    expect(unknown).toEqual({ status: 404, body: { detail: 'Service account not found' } });
    expect(await get(path, gina())).toEqual(unknown);
    const inactive = await send('/api-keys', { label: 'x', service_account_id: made.body.id });
    expect(inactive.status).toBe(422);
  });

  test('serviceAccounts.create at the same time gives each a slug of its own', async () => {
    const made = await Promise.all(
      Array.from({ length: 6 }, () => send('/service-accounts', { name: 'Twin', role: 'viewer' })),
    );
    expect(made.map(({ status }) => status)).toEqual(Array(6).fill(201));
    expect(new Set(made.map(({ body }) => body.slug)).size).toBe(6);
  });

  test('serviceAccounts.create takes any name, also one whose letters stand for many', async () => {
    for (const name of ['㎯'.repeat(100), '日本語', '-', 'a'.repeat(100), '%_%']) {
      const { status, body } = await send('/service-accounts', { name, role: 'viewer' });
      expect(status).toBe(201);
      expect(body).toMatchObject({ name, slug: expect.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/) });
      expect(body.slug.length).toBeLessThanOrEqual(110);
    }
  });

  test('jobs: listed and filtered for members, cancelled once, by admins', async () => {
    const json = { url: 'https://git.invalid/acme-security/job' };
    const submitted = await answer(server().fetch('/api/v1/repos/analyze', { as, json }));
    const id = submitted.body.job_id;
    const queued = (await get('/jobs?status=queued&limit=100', 'parent-member')).body.items;
    expect(queued.map((job: { id: string }) => job.id)).toContain(id);
    const byType = await get('/jobs?type=extension_analysis&limit=100', 'parent-member');
    const types = byType.body.items.map((job: { type: string }) => job.type);
    expect(new Set(types)).toEqual(new Set(['extension_analysis']));
    expect(await send(`/jobs/${id}/cancel`, undefined)).toMatchObject({
      status: 200,
      body: { id, status: 'cancelled', completed_at: time },
    });
    expect(await send(`/jobs/${id}/cancel`, undefined)).toEqual({
      status: 409,
      body: { detail: 'Job has already ended: cancelled' },
    });
    const unknown = { status: 404, body: { detail: 'Job not found' } };
    expect(await get(`/jobs/${id}`, gina())).toEqual(unknown);
    expect(await send(`/jobs/${id}/cancel`, undefined, 'POST', gina())).toEqual(unknown);
  });

  test('a scan that is cancelled leaves its repository or extension as the scan before left it', async () => {
    const submit = async (path: string) => {
      const json = { url: 'https://git.invalid/acme-security/cancelled' };
      return (await answer(server().fetch(`/api/v1/${path}`, { as, json }))).body;
    };
    const set = (id: string, status: Job['status']) =>
      server().database.read().nativeUpdate(Job, { id }, { status });
    const cancel = async (id: string) =>
      expect((await send(`/jobs/${id}/cancel`, undefined)).status).toBe(200);
    const statusOf = async (path: string) =>
      (await answer(server().fetch(`/api/v1/${path}`, { as }))).body.status;

    const first = await submit('repos/analyze');
    const repo = `repos/${first.repo_id}`;
    await cancel(first.job_id);
    expect(await statusOf(repo)).toBe('failed');
    const second = await submit('repos/analyze');
    await cancel((await submit('repos/analyze')).job_id);
    expect(await statusOf(repo)).toBe('queued');
    await set(second.job_id, 'completed');
    const running = await submit('repos/analyze');
    await set(running.job_id, 'running');
    await cancel(running.job_id);
    expect(await statusOf(repo)).toBe('completed');

    const extension = await submit('extensions/submit-url');
    await cancel(extension.job_id);
    expect(await statusOf(`extensions/${extension.extension_id}`)).toBe('failed');
  });

  test('apiKeys of another organization are unknown, to the byte', async () => {
    const foreign = await issueKey(server(), {}, gina());
    const calls = [
      ['GET', '', undefined],
      ['PATCH', '', { label: 'mine' }],
      ['DELETE', '', undefined],
      ['POST', '/rotate', {}],
      ['POST', '/end-grace', undefined],
    ] as const;
    for (const [method, rest, json] of calls) {
      const [one, other] = [
        await send(`/api-keys/${foreign.id}${rest}`, json, method),
        await send(`/api-keys/key_01ARYZ6S41TSV4RRFFQ69G5FAV${rest}`, json, method),
      ];
      expect([method, rest, one]).toEqual([method, rest, other]);
      expect(one).toEqual({ status: 404, body: { detail: 'API key not found' } });
    }
    expect((await server().fetch('/api/v1/key', { as: foreign.raw })).status).toBe(200);
  });

  test('apiKeys.update: absent leaves a field as it is, null clears it', async () => {
    const { id } = await issueKey(server(), { description: 'before', scopes: ['repos:read'] });
    const patch = async (json: object) => (await send(`/api-keys/${id}`, json, 'PATCH')).body;
    expect(await patch({ label: 'new' })).toMatchObject({ label: 'new', description: 'before' });
    expect(await patch({ description: null })).toMatchObject({ label: 'new', description: null });
    expect(await patch({ scopes: null })).toMatchObject({ scopes: null });
    expect(await patch({ ip_allow_list: ['203.0.113.0/24', '2001:DB8::/32'] })).toMatchObject({
      ip_allow_list: ['203.0.113.0/24', '2001:db8::/32'],
    });
    const refused = await send(`/api-keys/${id}`, { label: null, disabled: null }, 'PATCH');
    expect(refused.body.detail.map(({ type }: { type: string }) => type)).toEqual([
      'type_error.none.not_allowed',
      'type_error.none.not_allowed',
    ]);
  });
});

onBothDatabases((kind) => {
  test('auditLog.list tells who did what, of the own organization only', async () => {
    await using server = await startServerOn(kind);
    const { mobile } = await demoIds(server);
    const { id } = await issueKey(server, { sub_org_id: mobile });
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    await issueKey(server, {}, gina);
    const response = await server.fetch(`${settings}/api-keys/${id}?reason=lost`, {
      as,
      method: 'DELETE',
    });
    const path = `${settings}/audit-log?action=apiKeys.revoke`;
    expect(await answer(server.fetch(path, { as }))).toEqual({
      status: 200,
      body: {
        items: [
          {
            id: expect.stringMatching(/^evt_[0-9A-Z]{26}$/),
            at: time,
            actor: {
              id: 'user_demo_parent_admin',
              kind: 'user',
              name: 'Demo Admin',
              impersonated_by: null,
            },
            action: 'apiKeys.revoke',
            target: { id, kind: 'api_key', name: 'CI', preview: expect.stringContaining('••••') },
            changes: { reason: 'lost' },
            ip_address: '127.0.0.1',
            request_id: response.headers.get('x-request-id'),
          },
        ],
        next_cursor: null,
      },
    });
    const all = await answer(server.fetch(`${settings}/audit-log?target=${id}`, { as }));
    expect(all.body.items.map(({ action }: { action: string }) => action)).toEqual([
      'apiKeys.revoke',
      'apiKeys.create',
    ]);
    const foreign = await answer(server.fetch(`${settings}/audit-log?target=${id}`, { as: gina }));
    expect(foreign.body.items).toEqual([]);
  });

  test('the owner, the organization and the creator are decided by the session', async () => {
    await using server = await startServerOn(kind);
    const { record } = await issueKey(server);
    expect(record).toMatchObject({ created_by: 'user_demo_parent_admin', dialect: 'reporisk' });
  });
});
