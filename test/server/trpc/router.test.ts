import { createTRPCClient, httpBatchLink, httpLink, TRPCClientError } from '@trpc/client';
import { expect, test } from 'vitest';
import type { AppRouter } from '../../../server/trpc/router.ts';
import { anthropicKey, refusals } from '../../support/anthropic-server.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach, type RunningServer } from '../../support/server.ts';

function client(server: RunningServer, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${server.url}/trpc`, headers })] });
}

onOneServerEach((server) => {
  const admin = () => client(server(), server().token('parent-admin'));

  test('a typed client issues, reads, rotates and revokes a key, in camel case', async () => {
    const { mobile } = await demoIds(server());
    const { key, rawKey } = await admin().apiKeys.create.mutate({
      label: ' CI ',
      subOrgId: mobile,
      scopes: ['repos:read'],
      expiresInDays: 1,
    });
    expect(key).toMatchObject({ label: 'CI', subOrgId: mobile, scopes: ['repos:read'] });
    expect(key.expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await admin().apiKeys.get.query({ id: key.id })).toEqual(key);
    expect((await server().fetch('/api/v1/key', { as: rawKey })).status).toBe(200);
    const page = await admin().apiKeys.list.query({ limit: 1 });
    expect(page).toMatchObject({ items: [{ id: key.id }] });
    const rotated = await admin().apiKeys.rotate.mutate({ id: key.id });
    expect(rotated.key.id).toBe(key.id);
    expect(await admin().apiKeys.revoke.mutate({ id: key.id, reason: 'done' })).toBeNull();
    expect((await server().fetch('/api/v1/key', { as: rotated.rawKey })).status).toBe(401);
  });

  test('REST and tRPC give the same record, each in its own case', async () => {
    const { id } = await issueKey(server(), { label: 'both' });
    const rest = await answer(
      server().fetch(`/api/v1/settings/api-keys/${id}`, { as: 'parent-admin' }),
    );
    const camel = Object.entries(rest.body).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      value,
    ]);
    expect(await admin().apiKeys.get.query({ id })).toEqual(Object.fromEntries(camel));
  });

  test.each([
    [refusals.rejected, 400, 'BAD_REQUEST'],
    [{ status: 529, type: 'overloaded_error' }, 502, 'BAD_GATEWAY'],
  ])(
    'what Anthropic answers, %j, has the status that REST gives it',
    async (reply, status, code) => {
      const apiKey = anthropicKey(`answered_${status}`);
      server().anthropic.refuse(apiKey, reply);
      const path = '/api/v1/settings/anthropic-key';
      const json = { api_key: apiKey };
      const rest = await answer(server().fetch(path, { as: 'parent-admin', method: 'PUT', json }));
      expect(rest.status).toBe(status);
      const caught = await admin()
        .anthropicKey.set.mutate({ apiKey })
        .catch((error: unknown) => error);
      const { detail } = rest.body;
      expect((caught as TRPCClientError<AppRouter>).shape?.data).toEqual({
        code,
        httpStatus: status,
        detail,
      });
    },
  );

  test('an error carries the documented detail and nothing else', async () => {
    const caught = await admin()
      .apiKeys.create.mutate({ label: '', subOrgId: 1.5 })
      .catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(TRPCClientError);
    const { shape } = caught as TRPCClientError<AppRouter>;
    expect(shape?.data).toEqual({
      code: 'UNPROCESSABLE_CONTENT',
      httpStatus: 422,
      detail: [
        {
          loc: ['body', 'label'],
          msg: 'ensure this value has at least 1 characters',
          type: 'value_error.any_str.min_length',
          ctx: { limit_value: 1 },
        },
        {
          loc: ['body', 'subOrgId'],
          msg: 'value is not a valid integer',
          type: 'type_error.integer',
        },
      ],
    });
  });

  test('calls of one batch are judged each for itself', async () => {
    const headers = { authorization: `Bearer ${server().token('parent-member')}` };
    const links = [httpBatchLink({ url: `${server().url}/trpc`, headers })];
    const member = createTRPCClient<AppRouter>({ links });
    const [session, keys] = await Promise.allSettled([
      member.session.get.query({}),
      member.apiKeys.list.query({}),
    ]);
    expect(session).toMatchObject({ status: 'fulfilled', value: { role: 'member' } });
    expect(keys).toMatchObject({
      status: 'rejected',
      reason: {
        data: {
          httpStatus: 403,
          detail: 'Insufficient permissions',
          problem: 'insufficient_permissions',
        },
      },
    });
  });

  test.each([
    ['GET', '/trpc/apiKeys.nothing', undefined, 404, 'Not Found'],
    ['GET', '/trpc/__proto__', undefined, 404, 'Not Found'],
    ['GET', '/trpc/constructor.constructor', undefined, 404, 'Not Found'],
    ['GET', '/trpc/', undefined, 404, 'Not Found'],
    ['GET', '/trpc/apiKeys.create', undefined, 405, 'Method Not Allowed'],
    ['POST', '/trpc/apiKeys.list', '{}', 405, 'Method Not Allowed'],
    [
      'GET',
      `/trpc/${Array(21).fill('session.get').join(',')}?batch=1&input=%7B%7D`,
      undefined,
      400,
      'A batch may hold at most 20 calls',
    ],
    [
      'POST',
      '/trpc/apiKeys.create',
      '{"label": secret',
      400,
      'Not a tRPC request: its input must be JSON, as tRPC sends it',
    ],
    [
      'GET',
      '/trpc/apiKeys.get?input=%7Bsecret',
      undefined,
      400,
      'Not a tRPC request: its input must be JSON, as tRPC sends it',
    ],
  ])(
    '%s %s is refused without repeating what was sent',
    async (method, path, body, status, detail) => {
      const headers = { 'content-type': 'application/json' };
      const content = body === undefined ? {} : { body, headers };
      const sent = await answer(server().fetch(path, { method, as: 'parent-admin', ...content }));
      expect([sent.status, sent.body.error.data.detail]).toEqual([status, detail]);
      const { message, data } = sent.body.error;
      expect(message).toBe(detail);
      expect(Object.keys(data).sort()).toEqual(['code', 'detail', 'httpStatus']);
      expect(JSON.stringify(sent.body)).not.toContain('secret');
    },
  );

  test('input that is no object is refused like any other', async () => {
    for (const json of [[], 'text', 7, null, true]) {
      const sent = await answer(
        server().fetch('/trpc/apiKeys.create', { as: 'parent-admin', json }),
      );
      expect([json, sent.status]).toEqual([json, 422]);
    }
  });

  test('a page elsewhere cannot act through the cookie', async () => {
    const cookie = `__session=${server().token('parent-admin')}`;
    for (const headers of [{ cookie }, { cookie, origin: 'https://evil.example' }]) {
      const sent = server().fetch('/trpc/subOrgs.create', { json: { name: 'x' }, headers });
      expect((await sent).status).toBe(401);
    }
    const own = { cookie, origin: server().url };
    const sent = server().fetch('/trpc/subOrgs.create', { json: { name: 'x' }, headers: own });
    expect((await sent).status).toBe(200);
  });

  test('a problem that the console has words for travels with its code', async () => {
    const json = { id: 'key_01ARZ3NDEKTSV4RRFFQ69G5FAV' };
    const sent = await answer(server().fetch('/trpc/apiKeys.rotate', { as: 'parent-admin', json }));
    expect([sent.status, sent.body.error.data.problem]).toEqual([404, 'api_key_not_found']);
  });
});
