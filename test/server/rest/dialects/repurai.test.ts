import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ApiKey } from '../../../../server/database/entities/api-key.ts';
import { AuditEvent } from '../../../../server/database/entities/audit-event.ts';
import { Membership } from '../../../../server/database/entities/membership.ts';
import { answer, issueKey, revokeKey } from '../../../support/issued-keys.ts';
import {
  demoDatabase,
  onBothDatabases,
  type RunningServer,
  startServer,
  startServerOn,
  type TestServer,
} from '../../../support/server.ts';

const keys = '/v1/api-keys';
const dialects = ['repurai', 'platform'];
const started = (kind: RunningServer['kind']) =>
  startServerOn(kind, { coherent: true, dialects, every: () => () => {} });

const repurai = (server: RunningServer, input: object = {}) =>
  issueKey(server, { dialect: 'repurai', ...input });

interface Call {
  readonly method?: string;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

/** A call with a key in `X-API-Key`. */
function call(
  server: Pick<TestServer, 'fetch'>,
  key: string | undefined,
  path = '',
  options: Call = {},
) {
  const headers = { ...options.headers, ...(key !== undefined && { 'x-api-key': key }) };
  return answer(server.fetch(keys + path, { ...options, headers }));
}

/** Makes a key by a key. */
async function make(server: RunningServer, by: string, name = 'Child') {
  const made = await call(server, by, '', { json: { name } });
  expect(made.status).toBe(201);
  const { id, rawKey } = made.body.data;
  return { id, raw: rawKey } as { id: string; raw: string };
}

const works = async (server: RunningServer, ...raws: string[]) =>
  Promise.all(raws.map(async (raw) => (await call(server, raw)).status === 200));

const missing = { status: 401, body: { detail: 'Missing API key' } };
const invalid = { status: 401, body: { detail: 'Invalid API key' } };
const forbidden = { status: 403, body: { detail: 'Insufficient permissions' } };
const unknown = { status: 404, body: { detail: 'API key not found' } };
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

onBothDatabases((kind) => {
  test('every path of the document has its shape and status', async () => {
    await using server = await started(kind);
    const first = await repurai(server, { label: 'Production Server' });
    expect(first.raw).toMatch(/^rep_[0-9a-f]{64}$/);
    const made = await call(server, first.raw, '', { json: { name: 'My New Key' } });
    expect(made).toEqual({
      status: 201,
      body: {
        success: true,
        data: {
          id: expect.stringMatching(/^key_[0-9A-Z]{26}$/),
          name: 'My New Key',
          rawKey: expect.stringMatching(/^rep_[0-9a-f]{64}$/),
        },
      },
    });
    const { id, rawKey } = made.body.data;
    const shown = {
      ...{ id, name: 'My New Key', keyPrefix: rawKey.slice(0, 8), keySuffix: rawKey.slice(-6) },
      ...{ lastUsedAt: null, createdAt: time },
    };
    expect(await call(server, rawKey)).toEqual({
      status: 200,
      body: {
        success: true,
        data: [
          shown,
          {
            ...{ id: first.id, name: 'Production Server', lastUsedAt: null, createdAt: time },
            ...{ keyPrefix: first.raw.slice(0, 8), keySuffix: first.raw.slice(-6) },
          },
        ],
      },
    });
    const renaming = { method: 'PATCH', json: { name: 'Staging Server' } };
    expect(await call(server, first.raw, `/${id}`, renaming)).toEqual({
      status: 200,
      body: { success: true, data: { ...shown, name: 'Staging Server' } },
    });
    expect(await call(server, first.raw, `/${id}`, { method: 'DELETE' })).toEqual({
      status: 200,
      body: { success: true },
    });
    expect(await call(server, rawKey)).toEqual(invalid);
    // It is deleted, as the document calls it: not listed, and not found.
    expect((await call(server, first.raw)).body.data).toHaveLength(1);
    expect(await call(server, first.raw, `/${id}`, { method: 'DELETE' })).toEqual(unknown);
    expect(await call(server, first.raw, `/${id}`, renaming)).toEqual(unknown);
    expect(await call(server, first.raw, '/key_123', { method: 'PUT' })).toMatchObject({
      status: 405,
    });
    expect(await answer(server.fetch('/v1/anything'))).toMatchObject({ status: 404 });
  });

  test('requests are strict, and faults have the names that were sent', async () => {
    await using server = await started(kind);
    const { raw, id } = await repurai(server);
    const fault = async (path: string, options: Call) => {
      const { status, body } = await call(server, raw, path, options);
      return [
        status,
        ...body.detail.map((each: { loc: string[]; type: string }) => [
          each.loc.join('.'),
          each.type,
        ]),
      ];
    };
    expect(await fault('', { json: {} })).toEqual([422, ['body.name', 'value_error.missing']]);
    expect(await fault('', { json: { name: '' } })).toEqual([
      ...[422, ['body.name', 'value_error.any_str.min_length']],
    ]);
    expect(await fault('', { json: { name: 'x', label: 'y', expires_in_days: 0 } })).toEqual([
      ...[422, ['body.label', 'value_error.extra'], ['body.expires_in_days', 'value_error.extra']],
    ]);
    expect(await fault(`/${id}`, { method: 'PATCH', json: { key_id: id, name: 'x' } })).toEqual([
      ...[422, ['body.key_id', 'value_error.extra']],
    ]);
    expect(await fault('?search=x', {})).toEqual([422, ['query.search', 'value_error.extra']]);
    expect(await fault('', { json: [] })).toEqual([422, ['body', 'type_error.dict']]);
    expect(await fault('', { json: { name: raw } })).toEqual([422, ['body.name', 'value_error']]);
  });

  test('a key is valid on the paths of its own dialect only, in its own header', async () => {
    await using server = await started(kind);
    const own = await repurai(server);
    const reporisk = await issueKey(server);
    const platform = await issueKey(server, { dialect: 'platform', scopes: ['admin:*'] });
    expect(await call(server, undefined)).toEqual(missing);
    const bearer = { headers: { authorization: `Bearer ${own.raw}` } };
    expect(await call(server, undefined, '', bearer)).toEqual(missing);
    expect(await call(server, own.raw, '', bearer)).toMatchObject({ status: 200 });
    for (const wrong of [
      ...[reporisk.raw, platform.raw, server.token('parent-admin'), 'junk'],
      `${own.raw}, ${own.raw}`,
    ]) {
      expect(await call(server, wrong), wrong).toEqual(invalid);
    }
    expect(await call(server, own.raw, '', { headers: { authorization: 'Bearer other' } })).toEqual(
      invalid,
    );
    const elsewhere = ['/api/v1/repos', '/api/v1/key', '/auth/verify'];
    for (const path of elsewhere) {
      expect(await answer(server.fetch(path, { as: own.raw })), path).toEqual(invalid);
    }
    const signIn = { status: 401, body: { detail: 'Sign in required' } };
    for (const path of [
      '/api/v1/settings/api-keys',
      '/platform/organizations/org_demo_acme/api-keys',
    ]) {
      expect(await answer(server.fetch(path, { as: own.raw })), path).toEqual(signIn);
    }
  });

  test('a key reaches repurai keys of its own organization, and changes itself and what it made', async () => {
    await using server = await started(kind);
    const first = await repurai(server);
    const sibling = await repurai(server);
    const child = await make(server, first.raw);
    const grandchild = await make(server, child.raw);
    const reporisk = await issueKey(server);
    const foreignAdmin = server.session({
      ...{ user: 'user_gus', organization: 'org_demo_globex', role: 'admin' },
    });
    const foreign = await issueKey(server, { dialect: 'repurai' }, foreignAdmin);

    const ids = (await call(server, grandchild.raw)).body.data.map((key: { id: string }) => key.id);
    expect(ids.sort()).toEqual([first.id, sibling.id, child.id, grandchild.id].sort());
    const rename = { method: 'PATCH', json: { name: 'Renamed' } };
    const remove = { method: 'DELETE' };
    for (const change of [rename, remove]) {
      expect(await call(server, first.raw, `/${sibling.id}`, change)).toEqual(forbidden);
      expect(await call(server, child.raw, `/${first.id}`, change)).toEqual(forbidden);
      expect(await call(server, first.raw, `/${reporisk.id}`, change)).toEqual(unknown);
      expect(await call(server, first.raw, `/${foreign.id}`, change)).toEqual(unknown);
      expect(await call(server, first.raw, '/key_123', change)).toEqual(unknown);
    }
    expect((await call(server, first.raw, `/${grandchild.id}`, rename)).status).toBe(200);
    expect((await call(server, child.raw, `/${child.id}`, rename)).status).toBe(200);
    // Revoked by a key, only the one: what it made lives on.
    expect((await call(server, child.raw, `/${child.id}`, remove)).status).toBe(200);
    expect(await works(server, first.raw, child.raw, grandchild.raw, sibling.raw)).toEqual([
      ...[true, false, true, true],
    ]);
    const { actor, changes } = await server.database
      .read()
      .findOneOrFail(AuditEvent, { action: 'apiKeys.create', target: grandchild.id });
    expect({ actor, changes }).toMatchObject({
      actor: `key:${child.id}`,
      changes: { dialect: 'repurai', madeBy: child.id },
    });
  });

  test('a key inherits expiry, limits, sub-org and owner; tree and depth have an end', async () => {
    await using server = await started(kind);
    const limits = {
      ip_allow_list: ['127.0.0.0/8'],
      rate_limit: { limit: 500, window_seconds: 60 },
    };
    const first = await repurai(server, { expires_in_days: 7, ...limits });
    let last = first;
    const made: { id: string; raw: string }[] = [];
    for (let depth = 1; depth <= 5; depth++) {
      made.push(await make(server, last.raw));
      last = { ...last, ...(made.at(-1) as (typeof made)[number]) };
    }
    const path = `/api/v1/settings/api-keys/${last.id}`;
    const { body } = await answer(server.fetch(path, { as: 'parent-admin' }));
    expect(body).toMatchObject({
      ...limits,
      ...{ expires_at: first.record.expires_at, owner: first.record.owner, scopes: null },
    });
    expect(await call(server, last.raw, '', { json: { name: 'x' } })).toEqual({
      status: 409,
      body: { detail: 'API keys can be made at most 5 levels deep' },
    });
    // Fill the tree to one less than its end, then let two requests race for the last place.
    const stored = await server.database.read().findOneOrFail(ApiKey, { id: last.id });
    await server.database.transaction(async (em) => {
      const rows = Array.from({ length: 94 }, (_, n) => {
        const id = `key_01J${String(n).padStart(23, '0')}`;
        return { ...stored, id, lineage: `${first.id}/` };
      });
      await em.insertMany(ApiKey, rows);
    });
    const raced = await Promise.all(
      [0, 1].map(
        async (n) => (await call(server, first.raw, '', { json: { name: `${n}` } })).status,
      ),
    );
    expect(raced.sort()).toEqual([201, 409]);
    expect(await call(server, first.raw, '', { json: { name: 'x' } })).toEqual({
      status: 409,
      body: { detail: 'An API key can have at most 100 descendants' },
    });
  });

  test.each([
    ['an admin', (server: RunningServer, id: string) => revokeKey(server, id)],
    [
      'a leak report',
      async (server: RunningServer, _: string, raw: string) => {
        const json = { token: `REPURAI_KEY=${raw}` };
        expect((await server.fetch('/api/v1/leaks/report', { json })).status).toBe(202);
      },
    ],
  ])(
    'revoked by %s, a key takes everything along that it made, at any depth',
    async (_, revoke) => {
      await using server = await started(kind);
      const first = await repurai(server);
      const middle = await make(server, first.raw);
      const sibling = await make(server, first.raw);
      const low = await make(server, middle.raw);
      const lowest = await make(server, low.raw);
      const listed = await answer(
        server.fetch(`/api/v1/settings/api-keys?made_by=${middle.id}`, { as: 'parent-admin' }),
      );
      const named = listed.body.items.map((key: { id: string }) => key.id).sort();
      expect(named).toEqual([low.id, lowest.id].sort());
      // A key that revoked itself is no way out for those below it.
      expect((await call(server, low.raw, `/${low.id}`, { method: 'DELETE' })).status).toBe(200);
      expect(await works(server, lowest.raw)).toEqual([true]);
      await revoke(server, middle.id, middle.raw);
      expect(await works(server, first.raw, sibling.raw, middle.raw, low.raw, lowest.raw)).toEqual([
        true,
        true,
        false,
        false,
        false,
      ]);
      const told = await server.database.read().find(AuditEvent, { target: lowest.id });
      expect(told.map(({ changes }) => changes)).toContainEqual(
        expect.objectContaining({ with: middle.id }),
      );
    },
  );

  test('a leak report takes along what a leaked key made before it revoked itself', async () => {
    await using server = await started(kind);
    const first = await repurai(server);
    const low = await make(server, first.raw);
    const lowest = await make(server, low.raw);
    expect((await call(server, first.raw, `/${first.id}`, { method: 'DELETE' })).status).toBe(200);
    expect(await works(server, first.raw, low.raw, lowest.raw)).toEqual([false, true, true]);
    const json = { token: first.raw };
    expect((await server.fetch('/api/v1/leaks/report', { json })).status).toBe(202);
    expect(await works(server, low.raw, lowest.raw)).toEqual([false, false]);
  });

  test('a key that is narrowed, handed over or disabled takes along what it made', async () => {
    await using server = await started(kind);
    const first = await repurai(server);
    const middle = await make(server, first.raw);
    const low = await make(server, middle.raw);
    const as = 'parent-admin';
    const change = async (json: object, id = middle.id) => {
      const path = `/api/v1/settings/api-keys/${id}`;
      expect((await server.fetch(path, { as, method: 'PATCH', json })).status).toBe(200);
      return works(server, first.raw, middle.raw, low.raw);
    };
    expect(await change({ ip_allow_list: ['203.0.113.0/24'] })).toEqual([true, false, false]);
    expect(await change({ ip_allow_list: null })).toEqual([true, true, true]);
    const account = { as, json: { name: 'Reader', role: 'viewer' } };
    const made = await answer(server.fetch('/api/v1/settings/service-accounts', account));
    await change({ service_account_id: made.body.id });
    expect(await call(server, low.raw, '', { json: { name: 'x' } })).toEqual(forbidden);
    await change({ created_by: 'user_demo_parent_admin' });
    await make(server, low.raw);
    expect(await change({ disabled: true })).toEqual([true, false, false]);
    expect(await change({ disabled: false })).toEqual([true, true, false]);
    expect(await change({ disabled: false }, low.id)).toEqual([true, true, true]);
    // Its own limit is not widened with the key that made it.
    expect(await change({ ip_allow_list: ['203.0.113.0/24'] }, low.id)).toEqual([
      true,
      true,
      false,
    ]);
    expect(await change({ ip_allow_list: ['127.0.0.0/8'] })).toEqual([true, true, false]);
    expect(await change({ label: 'Renamed', ip_allow_list: null })).toEqual([true, true, false]);
    const told = await server.database.read().find(AuditEvent, { target: low.id });
    expect(told.map(({ changes }) => changes)).toContainEqual({
      ...{ disabled: { before: false, after: true }, with: middle.id },
    });
  });

  test('keys revoked together with those that made them are all done, in whatever order they are named', async () => {
    await using server = await started(kind);
    const first = await repurai(server);
    const middle = await make(server, first.raw);
    const low = await make(server, middle.raw);
    const ids = [first.id, low.id, middle.id];
    const json = { ids, action: 'revoke' };
    const bulk = '/api/v1/settings/api-keys/bulk';
    const { body } = await answer(server.fetch(bulk, { as: 'parent-admin', json }));
    expect({ ...body, done: body.done.toSorted() }).toEqual({ done: ids.toSorted(), failed: [] });
    expect(await works(server, first.raw, middle.raw, low.raw)).toEqual([false, false, false]);
  });

  test('no key survives the revocation of the key that makes it at that moment', async () => {
    await using server = await started(kind);
    const first = await repurai(server);
    for (let round = 0; round < 5; round++) {
      const middle = await make(server, first.raw);
      const low = await make(server, middle.raw);
      const [revoked, ...made] = await Promise.all([
        server.fetch(`/api/v1/settings/api-keys/${middle.id}`, {
          ...{ as: 'parent-admin', method: 'DELETE' },
        }),
        ...[middle, low, low].map(({ raw }) => call(server, raw, '', { json: { name: 'Late' } })),
      ]);
      expect(revoked?.status).toBe(204);
      const raws = made.flatMap(({ status, body }) => (status === 201 ? [body.data.rawKey] : []));
      expect(made.every(({ status }) => status === 201 || status === 401)).toBe(true);
      expect(await works(server, middle.raw, low.raw, ...raws)).not.toContain(true);
    }
    expect(await works(server, first.raw)).toEqual([true]);
  });

  test('no key survives the end of the sub-organization that it is made in, and neither waits in vain', async () => {
    await using server = await started(kind);
    const settings = '/api/v1/settings/sub-orgs';
    for (let round = 0; round < 4; round++) {
      const as = 'parent-admin';
      const subOrg = await answer(server.fetch(settings, { as, json: { name: `S${round}` } }));
      const { raw } = await repurai(server, { sub_org_id: subOrg.body.id });
      const [archived, ...made] = await Promise.all([
        answer(server.fetch(`${settings}/${subOrg.body.id}/archive`, { as, method: 'POST' })),
        ...['a', 'b', 'c', 'd'].map((name) => call(server, raw, '', { json: { name } })),
      ]);
      expect(archived?.status).toBe(200);
      const raws = made.flatMap(({ status, body }) => (status === 201 ? [body.data.rawKey] : []));
      expect(made.map(({ status }) => status).filter((each) => each >= 500)).toEqual([]);
      expect(await works(server, raw, ...raws)).not.toContain(true);
    }
  });

  test.each(['rotation', 'end of grace', 'leak report'])(
    'a secret that a %s takes away while a body is on its way makes no key',
    async (how) => {
      await using server = await started(kind);
      const first = await repurai(server);
      const path = `/api/v1/settings/api-keys/${first.id}`;
      const ask = async (to: string, json: object) =>
        expect((await server.fetch(to, { as: 'parent-admin', json })).ok).toBe(true);
      if (how !== 'rotation') await ask(`${path}/rotate`, { grace_seconds: 3600 });
      const body = '{"name":"Late"}';
      const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
      const slow = request(server.url + keys, {
        method: 'POST',
        headers: { ...headers, 'X-API-Key': first.raw },
      });
      slow.write('{');
      // Whole requests with the same key later, the slow one has long been let in.
      for (let others = 0; others < 3; others++) await works(server, first.raw);
      if (how === 'rotation') await ask(`${path}/rotate`, {});
      else if (how === 'end of grace') await ask(`${path}/end-grace`, {});
      else await ask('/api/v1/leaks/report', { token: first.raw });
      const answered = once(slow, 'response');
      slow.end(body.slice(1));
      const [response] = await answered;
      response.resume();
      expect(response.statusCode).toBe(401);
      expect(await server.database.read().count(ApiKey, {})).toBe(1);
    },
  );

  test('a key has the authority of its owner, and the plan of its organization', async () => {
    await using server = await started(kind);
    const { raw } = await repurai(server);
    const owner = { userId: 'user_demo_parent_admin' };
    const set = async (differences: Partial<Membership>) => {
      await server.database.transaction((em) => em.nativeUpdate(Membership, owner, differences));
      await server.propagated();
    };
    await set({ role: 'member' });
    expect((await call(server, raw)).status).toBe(200);
    expect(await call(server, raw, '', { json: { name: 'x' } })).toEqual(forbidden);
    await set({ active: false });
    expect(await call(server, raw)).toEqual(forbidden);
  });

  test("the document's four requests run with curl, unchanged but for host and key", async (context) => {
    if (spawnSync('curl', ['--version']).status !== 0) context.skip('curl is not installed');
    await using server = await started(kind);
    const { raw } = await repurai(server);
    const { id } = await make(server, raw);
    const run = async (request: string) => {
      const command = request
        .replaceAll('https://api.repur.ai', server.url)
        .replaceAll(/\{your_(existing_)?api_key\}/g, raw)
        .replaceAll('key_123', id);
      const { stdout } = await promisify(execFile)('sh', ['-c', `${command} -s`]);
      return JSON.parse(stdout);
    };
    expect(
      await run(`curl -X POST https://api.repur.ai/v1/api-keys \\
-H "X-API-Key: {your_existing_api_key}" \\
-H "Content-Type: application/json" \\
-d '{
"name": "My New Key"
}'`),
    ).toMatchObject({ success: true, data: { name: 'My New Key' } });
    expect(
      await run(`curl https://api.repur.ai/v1/api-keys \\
-H "X-API-Key: {your_api_key}"`),
    ).toMatchObject({ success: true, data: { length: 3 } });
    expect(
      await run(`curl -X PATCH https://api.repur.ai/v1/api-keys/key_123 \\
-H "X-API-Key: {your_api_key}" \\
-H "Content-Type: application/json" \\
-d '{"name": "Staging Server"}'`),
    ).toMatchObject({ success: true, data: { id, name: 'Staging Server' } });
    expect(
      await run(`curl -X DELETE https://api.repur.ai/v1/api-keys/key_123 \\
-H "X-API-Key: {your_api_key}"`),
    ).toEqual({ success: true });
  });
});

onBothDatabases((kind) => {
  test('a key whose dialect was switched off gets no new secret; what it has goes on after the return', async () => {
    await using database = await demoDatabase(kind);
    const start = (options = {}) => startServer({ ...options, database: database.url });
    const { id, raw } = await (async () => {
      await using server = await start({ dialects });
      return await issueKey(server, { dialect: 'repurai' });
    })();
    const rotated = (server: TestServer) =>
      answer(
        server.fetch(`/api/v1/settings/api-keys/${id}/rotate`, {
          ...{ as: 'parent-admin', json: { grace_seconds: 3600 } },
        }),
      );
    {
      await using server = await start();
      const detail =
        'the repurai dialect is not switched on: start the server with DIALECTS=reporisk,repurai';
      expect(await rotated(server)).toEqual({ status: 409, body: { detail } });
    }
    await using server = await start({ dialects });
    expect((await call(server, raw)).status).toBe(200);
    expect((await rotated(server)).status).toBe(200);
  });
});

test('a dialect that is not switched on has no paths, and no key is made in it', async () => {
  await using server = await startServerOn('sqlite');
  expect(await answer(server.fetch(keys))).toEqual({ status: 404, body: { detail: 'Not Found' } });
  const made = server.fetch('/api/v1/settings/api-keys', {
    as: 'parent-admin',
    json: { label: 'CI', dialect: 'repurai' },
  });
  expect(await answer(made)).toEqual({
    status: 422,
    body: {
      detail: [
        {
          loc: ['body', 'dialect'],
          msg: 'the repurai dialect is not switched on: start the server with DIALECTS=reporisk,repurai',
          type: 'value_error',
        },
      ],
    },
  });
});
