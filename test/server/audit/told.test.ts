import { expect, test } from 'vitest';
import { auditActions } from '../../../server/audit/actions.ts';
import { systemActions } from '../../../server/audit/record-event.ts';
import { answer, issueKey, revokeKey } from '../../support/issued-keys.ts';
import { onBothDatabases, type RunningServer, startServerOn } from '../../support/server.ts';
import { definedOperations } from '../operations/defined-operations.ts';

const settings = '/api/v1/settings';
const as = 'parent-admin';

interface Told {
  readonly action: string;
  readonly actor: Record<string, unknown>;
  readonly target: Record<string, unknown> | null;
}

async function list(server: RunningServer, query = ''): Promise<Told[]> {
  const { status, body } = await answer(server.fetch(`${settings}/audit-log${query}`, { as }));
  expect(status).toBe(200);
  return body.items;
}

async function make(server: RunningServer, path: string, json: object) {
  const { status, body } = await answer(server.fetch(`${settings}/${path}`, { as, json }));
  expect([path, status]).toEqual([path, 201]);
  return body;
}

/** The cells of a CSV without line breaks in its cells. */
const cells = (line: string) =>
  [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = '']) => cell);

test('auditActions has every operation that changes something, and what the system does', async () => {
  const mutations = (await definedOperations()).filter(({ kind }) => kind === 'mutation');
  const names = [...mutations.map(({ name }) => name), ...systemActions];
  expect([...new Set(auditActions)].sort()).toEqual([...new Set(names)].sort());
});

onBothDatabases((kind) => {
  test('auditLog.list names who did what on what, as they are called now', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server, { label: 'old\u200bname' });
    const sql = (text: string, values: unknown[] = []) =>
      server.database.read().execute(text, values);
    await sql('update api_key set label = ? where id = ?', ['new\u202ename', id]);
    await sql("update membership set name = 'Ada\u0007' where user_id = 'user_demo_parent_admin'");
    const subOrg = await make(server, 'sub-orgs', { name: 'Web' });
    const account = await make(server, 'service-accounts', { name: 'Bot', role: 'viewer' });
    const webhook = await make(server, 'webhooks', { url: 'https://hooks.example/keys' });
    const ada = server.session({
      ...{ user: 'user_ada', organization: 'org_demo_acme', role: 'admin' },
      claims: { act: { sub: 'user_support' } },
    });
    await server.fetch(`${settings}/api-keys/${id}`, { as: ada, method: 'DELETE' });
    const told = Object.fromEntries(
      (await list(server)).map(({ action, actor, target }) => [action, [actor, target]]),
    );
    const admin = {
      id: 'user_demo_parent_admin',
      kind: 'user',
      name: 'Ada\\u{7}',
      impersonated_by: null,
    };
    const preview = `${raw.slice(0, 13)}••••${raw.slice(-4)}`;
    const key = { id, kind: 'api_key', name: 'new\\u{202e}name', preview };
    expect(told).toMatchObject({
      'apiKeys.create': [admin, key],
      'apiKeys.revoke': [{ id: 'user_ada', kind: 'user', impersonated_by: 'user_support' }, key],
      'subOrgs.create': [admin, { id: `${subOrg.id}`, kind: 'sub_org', name: 'Web' }],
      'serviceAccounts.create': [
        admin,
        { id: account.id, kind: 'service_account', name: 'Bot', preview: null },
      ],
      'webhooks.create': [
        admin,
        { id: webhook.id, kind: 'webhook', name: 'https://hooks.example/keys' },
      ],
    });
    expect(await list(server, '?actor=user_ada')).toHaveLength(1);
  });

  test('auditLog.list names nothing of another organization', async () => {
    await using server = await startServerOn(kind);
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    await server.database
      .read()
      .execute("update organization set tier = 3 where id = 'org_demo_globex'");
    const { id } = await issueKey(server, { label: 'foreign' }, gina);
    await server.database.transaction((em) =>
      server.database.auditLog.append(em, [
        {
          ...{ id: 'evt_1', orgId: 'org_demo_acme', at: new Date(0), actor: `key:${id}` },
          ...{
            action: 'leaks.report',
            target: id,
            changes: null,
            ipAddress: null,
            requestId: null,
          },
        },
      ]),
    );
    expect(await list(server, `?target=${id}`)).toMatchObject([
      { actor: { id, name: null }, target: { id, name: null, preview: null } },
    ]);
  });

  test('auditLog.export streams every row with its chain value', async () => {
    await using server = await startServerOn(kind);
    const { id } = await issueKey(server, { label: '=cmd|calc' });
    await revokeKey(server, id);
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    await server.fetch(`${settings}/sub-orgs`, { as: gina, json: { name: 'foreign' } });
    const path = `${settings}/audit-log/export`;
    const ndjson = await server.fetch(path, { as });
    expect(ndjson.headers.get('content-type')).toBe('application/x-ndjson');
    expect(ndjson.headers.get('content-disposition')).toBe(
      'attachment; filename="audit-log.ndjson"',
    );
    const lines = (await ndjson.text()).trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line));
    const stored = await server.database
      .read()
      .execute<{ mac: string }[]>(
        "select mac from audit_event where org_id = 'org_demo_acme' order by seq",
      );
    expect(rows.map(({ chain }) => chain)).toEqual(stored.map(({ mac }) => mac));
    const listed = (await list(server)).reverse();
    expect(rows.map(({ chain: _, ...row }) => row)).toEqual(listed);

    const csv = await server.fetch(`${path}?format=csv`, { as });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [head = '', ...records] = (await csv.text()).trimEnd().split('\r\n');
    const names = cells(head);
    const created = records
      .map(cells)
      .find((row) => row[names.indexOf('action')] === 'apiKeys.create');
    expect(created?.[names.indexOf('target_name')]).toBe("'=cmd|calc");
    expect(records.map((row) => cells(row).at(-1))).toEqual(stored.map(({ mac }) => mac));

    expect((await server.fetch(`${path}?format=xml`, { as })).status).toBe(422);
    expect((await server.fetch(path, { as: 'parent-member' })).status).toBe(403);
  });

  test('auditLog.export goes on beyond a page', async () => {
    await using server = await startServerOn(kind);
    await issueKey(server);
    const { auditLog } = server.database;
    await server.database.transaction(async (em) => {
      const event = { orgId: 'org_demo_acme', at: new Date(0), actor: 'server' };
      const rest = { action: 'webhooks.disable', target: null, changes: null };
      const more = Array.from({ length: 1_201 }, (_, n) => ({
        ...{ id: `evt_${n}`, ...event, ...rest, ipAddress: null, requestId: null },
      }));
      await auditLog.append(em, more);
    });
    const text = await (await server.fetch(`${settings}/audit-log/export`, { as })).text();
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(ids.slice(-1_201)).toEqual(Array.from({ length: 1_201 }, (_, n) => `evt_${n}`));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('apiKeys.usage tells who calls, by address and agent', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server, { scopes: ['repos:read'] });
    const call = (agent: string, path = '/api/v1/key') =>
      server.fetch(path, { as: raw, headers: { 'user-agent': agent } });
    for (const agent of ['ci/1', 'ci/1', 'cron/2']) await call(agent);
    await call('refused/3', '/api/v1/extensions');
    await server.usage.flush();
    const { body } = await answer(server.fetch(`${settings}/api-keys/${id}/usage`, { as }));
    const callers = body.callers as { user_agent: string }[];
    const last_at = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(callers.sort((a, b) => (a.user_agent < b.user_agent ? -1 : 1))).toEqual([
      { ip_address: '127.0.0.1', user_agent: 'ci/1', count: 2, last_at },
      { ip_address: '127.0.0.1', user_agent: 'cron/2', count: 1, last_at },
    ]);
  });
});
