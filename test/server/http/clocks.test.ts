import { describe, expect, test } from 'vitest';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import {
  demoDatabase,
  onBothDatabases,
  startServer,
  type TestServer,
  testClock,
} from '../../support/server.ts';
import { procedures } from '../operations/procedures.ts';

const keys = '/api/v1/settings/api-keys';
const settings = '/api/v1/settings';
const as = 'parent-admin';
const second = 1_000;
const hour = 3_600 * second;

/** A secret that works, and the revocation of its rights. */
interface Case {
  readonly raw: string;
  /** The call that the secret may make before, and may not afterwards. */
  readonly call?: { readonly path: string; readonly method?: string; readonly json?: object };
  takeAway(): Promise<{ readonly status: number }>;
  /** The status of the refusals; 401 or 403 when absent. */
  readonly refusal?: 429;
}

type Make = (server: TestServer) => Promise<Case>;

const analyze = {
  path: '/api/v1/repos/analyze',
  json: { url: 'https://git.invalid/acme-security/clocks' },
};

function change(server: TestServer, path: string, json: object, method = 'PATCH') {
  return () => answer(server.fetch(path, { as, method, json }));
}

async function ofAccount(server: TestServer, json: object): Promise<Case> {
  const account = await answer(
    server.fetch(`${settings}/service-accounts`, {
      as,
      json: { name: 'CI', role: 'engineer' },
    }),
  );
  const { raw } = await issueKey(server, { service_account_id: account.body.id });
  const path = `${settings}/service-accounts/${account.body.id}`;
  return { raw, call: analyze, takeAway: change(server, path, json) };
}

async function retiring(server: TestServer, next: (id: string, raw: string) => Case['takeAway']) {
  const { id, raw } = await issueKey(server);
  const rotated = await answer(
    server.fetch(`${keys}/${id}/rotate`, { as, json: { grace_seconds: 600 } }),
  );
  expect(rotated.status).toBe(200);
  return { raw, takeAway: next(id, raw) };
}

async function updated(server: TestServer, json: object): Promise<Case> {
  const { id, raw } = await issueKey(server);
  return { raw, call: analyze, takeAway: change(server, `${keys}/${id}`, json) };
}

async function inSubOrg(
  server: TestServer,
  name: 'mobile' | 'payments',
  method: string,
  path: string,
): Promise<Case> {
  const { [name]: id } = await demoIds(server);
  const { raw } = await issueKey(server, { sub_org_id: id });
  return {
    raw,
    takeAway: () => answer(server.fetch(`${settings}/sub-orgs/${id}${path}`, { as, method })),
  };
}

const report = (server: TestServer, token: string) => () =>
  answer(server.fetch('/api/v1/leaks/report', { json: { token } }));

/** Each operation that takes something away, in each of its forms. */
const cases: readonly (readonly [operation: string, what: string, make: Make])[] = [
  [
    'apiKeys.revoke',
    'a key',
    async (server) => {
      const { id, raw } = await issueKey(server);
      return {
        raw,
        takeAway: () => answer(server.fetch(`${keys}/${id}`, { as, method: 'DELETE' })),
      };
    },
  ],
  [
    'apiKeys.bulk',
    'several keys',
    async (server) => {
      const { id, raw } = await issueKey(server);
      const json = { ids: [id, 'key_x'], action: 'revoke' };
      return { raw, takeAway: () => answer(server.fetch(`${keys}/bulk`, { as, json })) };
    },
  ],
  [
    'apiKeys.revokeAll',
    'every key',
    async (server) => {
      const { raw } = await issueKey(server);
      const status = await answer(server.fetch(`${keys}/status`, { as }));
      const confirm = status.body.active_keys;
      return { raw, takeAway: change(server, `${keys}/revoke-all`, { confirm }, 'POST') };
    },
  ],
  [
    'apiKeys.rotate',
    'the secret, without grace',
    async (server) => {
      const { id, raw } = await issueKey(server);
      return { raw, takeAway: change(server, `${keys}/${id}/rotate`, {}, 'POST') };
    },
  ],
  [
    'apiKeys.rotate',
    'the retiring secret, during its grace',
    (server) =>
      retiring(server, (id) =>
        change(server, `${keys}/${id}/rotate`, { grace_seconds: 600 }, 'POST'),
      ),
  ],
  [
    'apiKeys.endGrace',
    'the retiring secret',
    (server) => retiring(server, (id) => change(server, `${keys}/${id}/end-grace`, {}, 'POST')),
  ],
  ['apiKeys.update', 'all, by disabling', (server) => updated(server, { disabled: true })],
  ['apiKeys.update', 'a scope', (server) => updated(server, { scopes: ['repos:read'] })],
  ['apiKeys.update', 'an address', (server) => updated(server, { ip_allow_list: ['192.0.2.1'] })],
  [
    'apiKeys.update',
    'calls, by a lower rate limit',
    async (server) => {
      const rate_limit = { limit: 10, window_seconds: 86_400 };
      const { id, raw } = await issueKey(server, { rate_limit });
      const lower = { rate_limit: { ...rate_limit, limit: 1 } };
      return { raw, refusal: 429, takeAway: change(server, `${keys}/${id}`, lower) };
    },
  ],
  [
    'apiKeys.update',
    'what an admin may, by a taking over of one who is none any more',
    async (server) => {
      const { id, raw } = await issueKey(server);
      const user = 'user_clocks';
      const leaver = server.session({ user, organization: 'org_demo_acme', role: 'admin' });
      const json = { created_by: user };
      return {
        raw,
        call: analyze,
        async takeAway() {
          const path = `${keys}/${id}`;
          const taken = await answer(server.fetch(path, { as: leaver, method: 'PATCH', json }));
          const demote = "update membership set role = 'member' where user_id = ?";
          await server.database.transaction((em) => em.execute(demote, [user]));
          await server.propagated();
          return taken;
        },
      };
    },
  ],
  [
    'apiKeys.update',
    'what an engineer may, by handing over to a viewer',
    async (server) => {
      const account = await answer(
        server.fetch(`${settings}/service-accounts`, { as, json: { name: 'V', role: 'viewer' } }),
      );
      return updated(server, { service_account_id: account.body.id });
    },
  ],
  [
    'subOrgs.archive',
    "a sub-org's keys",
    (server) => inSubOrg(server, 'mobile', 'POST', '/archive'),
  ],
  ['subOrgs.remove', "a sub-org's keys", (server) => inSubOrg(server, 'payments', 'DELETE', '')],
  [
    'serviceAccounts.update',
    'what a viewer may not',
    (server) => ofAccount(server, { role: 'viewer' }),
  ],
  [
    'serviceAccounts.update',
    'all, by disabling',
    (server) => ofAccount(server, { is_active: false }),
  ],
  [
    'leaks.report',
    'a leaked key',
    async (server) => {
      const { raw } = await issueKey(server);
      return { raw, takeAway: report(server, raw) };
    },
  ],
  [
    'leaks.report',
    'a leaked retiring secret',
    (server) => retiring(server, (_id, raw) => report(server, raw)),
  ],
];

/** Management mutations that no request of a key is judged by. */
const others = [
  'apiKeys.create',
  'subOrgs.create',
  'subOrgs.update',
  'serviceAccounts.create',
  'jobs.cancel',
  'anthropicKey.check',
  'anthropicKey.remove',
  'anthropicKey.set',
  'jobs.retry',
  'jobs.retryFailed',
  'webhooks.create',
  'webhooks.update',
  'webhooks.remove',
  'webhooks.redeliver',
  'webhooks.test',
];

test('each operation that changes something is tried with clocks that differ, or takes nothing from a key', () => {
  const changing = Object.entries(procedures).flatMap(([name, { _def }]) =>
    _def.type === 'mutation' && !/^(repos|extensions)\./.test(name) ? [name] : [],
  );
  const tried = new Set(cases.map(([operation]) => operation));
  tried.delete('leaks.report');
  expect([...tried, ...others].sort()).toEqual(changing.sort());
});

/** The second process's clock at the revocation, and later. */
const clocks = [
  ['five seconds behind', -5 * second, -5 * second],
  ['five seconds ahead', 5 * second, 5 * second],
  ['set back by an hour afterwards', 0, -hour],
] as const;

async function statusOf(server: TestServer, { raw, call }: Case): Promise<number> {
  const { path, ...options } = call ?? { path: '/api/v1/key' };
  return (await server.fetch(path, { as: raw, ...options })).status;
}

onBothDatabases((kind) => {
  describe.each(clocks)('beside a process whose clock is %s', (_name, before, after) => {
    test('what is taken away is refused there on the next request', async () => {
      const clock = testClock();
      let offset: number = before;
      await using place = await demoDatabase(kind);
      const coherent = { database: place.url, coherent: true };
      await using one = await startServer({ ...coherent, now: clock.now });
      await using other = await startServer({ ...coherent, now: () => clock.now() + offset });
      for (const [operation, what, make] of cases) {
        offset = before;
        const made = await make(one);
        const isUsed = [await statusOf(one, made), await statusOf(other, made)];
        expect([operation, what, ...isUsed.map((status) => status < 300)]).toEqual([
          ...[operation, what, true, true],
        ]);
        const { status } = await made.takeAway();
        expect([operation, what, status < 300]).toEqual([operation, what, true]);
        offset = after;
        const refused = [await statusOf(one, made), await statusOf(other, made)];
        const meant: readonly number[] = made.refusal ? [made.refusal] : [401, 403];
        expect([operation, what, ...refused.map((each) => meant.includes(each))]).toEqual([
          ...[operation, what, true, true],
        ]);
      }
    });

    test('a key that a process with another clock made can be rotated', async () => {
      const clock = testClock();
      await using place = await demoDatabase(kind);
      const coherent = { database: place.url, coherent: true };
      await using one = await startServer({ ...coherent, now: clock.now });
      await using other = await startServer({ ...coherent, now: () => clock.now() + before });
      for (const [maker, changer] of [
        [one, other],
        [other, one],
      ] as const) {
        const { id } = await issueKey(maker);
        for (let round = 0; round < 2; round++) {
          const path = `${keys}/${id}/rotate`;
          expect((await changer.fetch(path, { as, json: {} })).status).toBe(200);
        }
      }
    });
  });
});
