import { expect, test } from 'vitest';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { anthropicKey } from '../../support/anthropic-server.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { expectLiveKeysCounted } from '../../support/live-key-count.ts';
import { onBothDatabases, type RunningServer, startServerOn } from '../../support/server.ts';
import { procedures } from '../operations/procedures.ts';

type Input = Record<string, unknown>;

interface Sent {
  readonly data: Record<string, unknown> & { readonly key: { readonly id: string } };
  readonly requestId: string | null;
}

/** Calls a mutation as the parent admin. */
async function call(server: RunningServer, name: string, input: Input): Promise<Sent> {
  const response = await server.fetch(`/trpc/${name}`, { as: 'parent-admin', json: input });
  expect(response.status).toBe(200);
  const { result } = (await response.json()) as { result: { data: Sent['data'] } };
  return { data: result.data, requestId: response.headers.get('x-request-id') };
}

/** The input of each mutation, and the changes that the log records. */
function actions(server: RunningServer): Record<string, () => Promise<[Input, object | null]>> {
  const made = async (name: string, input: Input) => (await call(server, name, input)).data.id;
  const key = async () => (await issueKey(server, { label: 'old' })).id;
  const preview = expect.stringMatching(/^rrk_live_.{4}••••.{4}$/);
  const subOrg = () => made('subOrgs.create', { name: 'Web' });
  const account = () => made('serviceAccounts.create', { name: 'Bot', role: 'viewer' });
  const url = 'https://hooks.example/keys';
  const webhook = () => made('webhooks.create', { url });
  const rotating = async () => {
    const id = await key();
    await call(server, 'apiKeys.rotate', { id, graceSeconds: 60 });
    return id;
  };
  const analyze = async () => {
    const json = { url: 'https://git.invalid/acme-security/website' };
    const sent = await server.fetch('/api/v1/repos/analyze', { as: 'parent-admin', json });
    return ((await sent.json()) as { job_id: string }).job_id;
  };
  const deliveryOf = async (id: unknown) => {
    await key();
    const path = `/api/v1/settings/webhooks/${id}/deliveries`;
    const { items } = (await (await server.fetch(path, { as: 'parent-admin' })).json()) as {
      items: { id: string }[];
    };
    return items[0]?.id;
  };
  return {
    'apiKeys.create': async () => [
      { label: 'new', scopes: ['repos:read'], ipAllowList: ['10.0.0.1'] },
      expect.objectContaining({
        label: 'new',
        environment: 'live',
        scopes: ['repos:read'],
        ipAllowList: ['10.0.0.1/32'],
      }),
    ],
    'apiKeys.update': async () => [
      { id: await key(), label: 'new', disabled: true },
      { label: { before: 'old', after: 'new' }, disabled: { before: false, after: true } },
    ],
    'apiKeys.rotate': async () => [
      { id: await key(), graceSeconds: 60 },
      { graceSeconds: 60, preview: { before: preview, after: preview } },
    ],
    'apiKeys.endGrace': async () => [
      { id: await rotating() },
      { retiringPreview: { before: preview, after: null } },
    ],
    'apiKeys.revoke': async () => [{ id: await key(), reason: 'lost' }, { reason: 'lost' }],
    'subOrgs.create': async () => [{ name: 'Web' }, { name: 'Web' }],
    'subOrgs.update': async () => [
      { id: await subOrg(), name: 'Site' },
      { name: { before: 'Web', after: 'Site' } },
    ],
    'subOrgs.archive': async () => [{ id: await subOrg() }, { revokedKeys: 0 }],
    'subOrgs.remove': async () => [{ id: await subOrg() }, { name: 'Web', revokedKeys: 0 }],
    'serviceAccounts.create': async () => [
      { name: 'Bot', role: 'viewer' },
      { name: 'Bot', role: 'viewer' },
    ],
    'serviceAccounts.update': async () => [
      { id: await account(), isActive: false },
      { isActive: { before: true, after: false } },
    ],
    'jobs.cancel': async () => [{ id: await analyze() }, expect.anything()],
    'jobs.retry': async () => {
      const id = await analyze();
      await call(server, 'jobs.cancel', { id });
      return [{ id }, { jobId: expect.stringMatching(/^job_/) }];
    },
    'jobs.retryFailed': async () => [{}, { retried: 0 }],
    'anthropicKey.set': async () => [
      { apiKey: anthropicKey('log') },
      { preview: { before: 'sk-ant-api03-demo••••__AA', after: 'sk-ant-api03-log_••••__AA' } },
    ],
    'anthropicKey.check': async () => [{}, { ok: true, detail: null }],
    'anthropicKey.remove': async () => [
      {},
      { preview: { before: 'sk-ant-api03-log_••••__AA', after: null } },
    ],
    'webhooks.create': async () => [
      { url, events: ['api_key.revoked'] },
      { url, events: ['api_key.revoked'] },
    ],
    'webhooks.update': async () => [
      { id: await webhook(), isActive: false, rotateSecret: true },
      { isActive: { before: true, after: false }, secret: 'replaced' },
    ],
    'webhooks.redeliver': async () => {
      const id = await webhook();
      const deliveryId = await deliveryOf(id);
      return [{ id, deliveryId }, { deliveryId }];
    },
    'webhooks.test': async () => [
      { id: await webhook() },
      { status: null, error: 'the host name has no address' },
    ],
    'webhooks.remove': async () => [{ id: await webhook() }, { url }],
    // Last, because it takes every key.
    'apiKeys.revokeAll': async () => {
      const status = await server.fetch('/api/v1/settings/api-keys/status', { as: 'parent-admin' });
      const { active_keys: live } = (await status.json()) as { active_keys: number };
      return [{ confirm: live }, { revoked: live }];
    },
  };
}

onBothDatabases((kind) => {
  test('every management action leaves one row: who, what, from where, before and after', async () => {
    await using server = await startServerOn(kind);
    const table = actions(server);
    const mutations = Object.entries(procedures)
      // Its rows are those of its single calls.
      .filter(([name, { _def }]) => _def.type === 'mutation' && name !== 'apiKeys.bulk')
      .map(([name]) => name);
    expect(Object.keys(table).sort()).toEqual(mutations.sort());

    for (const [action, prepare] of Object.entries(table)) {
      const [input, changes] = await prepare();
      const { data, requestId } = await call(server, action, input);
      const rows = await server.database.read().find(AuditEvent, { requestId });
      const target = input.id ?? data?.id ?? data?.key?.id ?? 'org_demo_acme';
      expect(rows, action).toMatchObject([
        {
          action,
          orgId: 'org_demo_acme',
          actor: 'user:user_demo_parent_admin',
          target: String(target),
          ipAddress: '127.0.0.1',
          ...(action === 'jobs.cancel' ? {} : { changes }),
        },
      ]);
      await expectLiveKeysCounted(server.database);
      // A secret may be in an answer, but never in the log.
      const shown = [data?.rawKey, data?.secret].filter((each) => typeof each === 'string');
      for (const secret of shown) expect(JSON.stringify(rows)).not.toContain(secret);
    }
  });

  test('an action that is refused, or changes nothing, leaves no row', async () => {
    await using server = await startServerOn(kind);
    const { id } = await issueKey(server, { label: 'same' });
    const count = () => server.database.read().count(AuditEvent);
    const before = await count();
    const send = (method: string, path: string, json?: object, as = 'parent-admin') =>
      server.fetch(`/api/v1/settings/${path}`, { as, method, ...(json && { json }) });
    await send('PATCH', `api-keys/${id}`, { label: 'same' });
    await send('PATCH', `api-keys/${id}`, { label: '' });
    await send('PATCH', `api-keys/${id}`, { service_account_id: 'sa_unknown', label: 'other' });
    await send('POST', `api-keys/${id}/end-grace`);
    await send('DELETE', 'api-keys/key_unknown');
    await send('POST', 'api-keys/revoke-all', { confirm: 99 });
    expect(await count()).toBe(before);
  });
});
