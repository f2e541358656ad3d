import { beforeAll, expect, test } from 'vitest';
import { demoIds, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach } from '../../support/server.ts';
import { accessTable } from './access-table.ts';
import { procedures } from './procedures.ts';

const unknownId = { key: 'key_01ARYZ6S41TSV4RRFFQ69G5FAV', number: 999_999 };

onOneServerEach((server) => {
  // An admin of another organization on the same plan: nothing but the owner is in his way.
  let gina: string;
  beforeAll(() => {
    gina = server().session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
  });

  async function call(name: string, input: object, as = gina) {
    const isQuery = procedures[name]?._def.type === 'query';
    const response = isQuery
      ? await server().fetch(`/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`, {
          as,
        })
      : await server().fetch(`/trpc/${name}`, { as, json: input });
    const body = (await response.json()) as {
      result?: { data: Record<string, unknown> };
      error?: { data: { detail: unknown } };
    };
    return {
      status: response.status,
      detail: body.error?.data.detail,
      data: body.result?.data ?? {},
    };
  }

  /** Everything of the demo's parent org that a stranger might have changed. */
  async function acme() {
    const em = server().database.read();
    const tables = {
      api_key: 'org_id = ?',
      sub_org: 'org_id = ?',
      service_account: 'org_id = ?',
      webhook: 'org_id = ?',
      job: 'org_id = ?',
      audit_event: "org_id = ? and action not like 'clerk.%'",
    };
    const rows: unknown[] = [];
    for (const [table, where] of Object.entries(tables)) {
      const sql = `select * from ${table} where ${where} order by id`;
      rows.push(await em.execute(sql, ['org_demo_acme']));
    }
    rows.push(await em.execute('select * from api_key_secret order by lookup'));
    rows.push(await em.execute('select * from webhook_delivery order by id'));
    return rows;
  }

  test.each(Object.keys(procedures))(
    '%s: what is another organization’s is as if it were not',
    async (name) => {
      const row = accessTable[name];
      const input = (await row?.input(server())) ?? {};
      if (!('id' in input)) return;
      const before = await acme();
      const foreign = await call(name, input);
      const id = typeof input.id === 'number' ? unknownId.number : unknownId.key;
      const unknown = await call(name, { ...input, id });
      expect(foreign).toEqual(unknown);
      expect(foreign.status).toBe(404);
      expect(await acme()).toEqual(before);
    },
  );

  test('what refers to another organization’s is refused like what is unknown', async () => {
    const { mobile } = await demoIds(server());
    const made = await call(
      'serviceAccounts.create',
      { name: 'Bot', role: 'admin' },
      'parent-admin',
    );
    const account = made.data.id;
    const own = await issueKey(server(), {}, gina);
    const label = 'mine';
    for (const [name, foreign, unknown] of [
      ['apiKeys.create', { label, subOrgId: mobile }, { label, subOrgId: unknownId.number }],
      ['apiKeys.create', { label, serviceAccountId: account }, { label, serviceAccountId: 'sa_x' }],
      [
        'apiKeys.update',
        { id: own.id, serviceAccountId: account },
        { id: own.id, serviceAccountId: 'sa_x' },
      ],
    ] as const) {
      const refused = await call(name, foreign);
      expect(refused).toEqual(await call(name, unknown));
      expect(refused.status).toBe(422);
    }
    const taken = await call('apiKeys.update', { id: own.id, createdBy: 'user_demo_parent_admin' });
    expect(taken.status).toBe(422);
  });

  test('a delivery is found under its own webhook only', async () => {
    const url = 'https://hooks.example/keys';
    const theirs = await call('webhooks.create', { url }, 'parent-admin');
    const mine = await call('webhooks.create', { url });
    await issueKey(server());
    const { data } = await call('webhooks.deliveries', { id: theirs.data.id }, 'parent-admin');
    const [delivery] = data.items as { id: string }[];
    for (const id of [mine.data.id, theirs.data.id]) {
      const sent = await call('webhooks.redeliver', { id, deliveryId: delivery?.id });
      expect(sent.status).toBe(404);
    }
  });

  test('filters, cursors and searches show nothing of another organization', async () => {
    const { mobile } = await demoIds(server());
    const { id } = await issueKey(server(), { label: 'acme only', sub_org_id: mobile });
    for (const [name, input] of [
      ['apiKeys.list', { search: 'acme only' }],
      ['apiKeys.list', { search: '%' }],
      ['apiKeys.list', { search: "' or 1=1 --" }],
      ['apiKeys.list', { subOrgId: mobile }],
      ['auditLog.list', { target: id }],
      ['auditLog.list', { actor: 'user:user_demo_parent_admin' }],
    ] as const) {
      expect((await call(name, input)).data.items).toEqual([]);
    }
    const page = await call('apiKeys.list', { limit: 1 }, 'parent-admin');
    const next = await call('apiKeys.list', { cursor: page.data.nextCursor });
    const shown = (next.data.items as { id: string; createdBy: string }[]) ?? [];
    expect(shown.filter(({ createdBy }) => createdBy !== 'gina')).toEqual([]);
  });
});
