import { expect, test } from 'vitest';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import type { SendOptions, TestServer } from '../../support/server.ts';
import { onBothDatabases, startServerOn, testClock } from '../../support/server.ts';

/** The statuses of `count` concurrent requests, and how often each came. */
async function statuses(
  server: Pick<TestServer, 'fetch'>,
  path: string,
  as: string,
  count: number,
): Promise<Record<number, number>> {
  const tally: Record<number, number> = {};
  const responses = Array.from({ length: count }, () => server.fetch(path, { as }));
  for (const { status } of await Promise.all(responses)) tally[status] = (tally[status] ?? 0) + 1;
  return tally;
}

function limitFields({ headers }: Response) {
  return {
    policy: headers.get('ratelimit-policy'),
    state: headers.get('ratelimit'),
    retryAfter: headers.get('retry-after'),
  };
}

const rateLimit = (limit: number, seconds = 60) => ({
  rate_limit: { limit, window_seconds: seconds },
});

onBothDatabases((kind) => {
  test('a key with a limit of R is let through exactly R times of many at once', async () => {
    await using server = await startServerOn(kind);
    const key = await issueKey(server, rateLimit(7));
    expect(key.record.rate_limit).toEqual({ limit: 7, window_seconds: 60 });
    const paths = ['/api/v1/repos', '/api/v1/key', '/auth/verify', '/api/v1/extensions'];
    const responses = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        server.fetch(paths[index % 4] as string, { as: key.raw }),
      ),
    );
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(33);
  });

  test('answers tell what remains, and when to come back', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const { raw: as } = await issueKey(server, rateLimit(2, 30));
    expect(limitFields(await server.fetch('/api/v1/key', { as }))).toEqual({
      policy: '"key";q=2;w=30',
      state: '"key";r=1;t=30',
      retryAfter: null,
    });
    clock.advance(12_300);
    const missing = await server.fetch('/api/v1/repos/999999', { as });
    expect(missing.status).toBe(404);
    expect(limitFields(missing).state).toBe('"key";r=0;t=18');
    const refused = await server.fetch('/api/v1/repos', { as });
    expect(limitFields(refused)).toEqual({
      policy: '"key";q=2;w=30',
      state: '"key";r=0;t=18',
      retryAfter: '18',
    });
    expect(await answer(refused)).toEqual({
      status: 429,
      body: { detail: 'Rate limit exceeded' },
    });
    const forNginx = await server.fetch('/auth/verify?proxy=nginx', { as });
    expect(forNginx.status).toBe(403);
    expect(forNginx.headers.get('x-reporisk-status')).toBe('429');
    expect(forNginx.headers.get('retry-after')).toBe('18');
    clock.advance(17_700);
    expect((await server.fetch('/api/v1/repos', { as })).status).toBe(200);
    const { raw } = await issueKey(server);
    expect(limitFields(await server.fetch('/api/v1/key', { as: raw })).policy).toBeNull();
  });

  test('answers tell of the limit that is nearest to its end, the platform included', async () => {
    const platform = { limit: 4, windowSeconds: 20 };
    await using server = await startServerOn(kind, {
      now: testClock().now,
      rateLimits: { platform },
    });
    const own = await issueKey(server, rateLimit(3));
    const wide = await issueKey(server, rateLimit(9));
    const none = await issueKey(server);
    const told = async (as: string, path: string) =>
      limitFields(await server.fetch(path, { as })).state;
    expect(await told(own.raw, '/api/v1/key')).toBe('"key";r=2;t=60');
    expect(await told(wide.raw, '/api/v1/repos')).toBe('"platform";r=2;t=20');
    const response = await server.fetch('/auth/verify', { as: none.raw });
    expect(limitFields(response)).toEqual({
      policy: '"platform";q=4;w=20',
      state: '"platform";r=1;t=20',
      retryAfter: null,
    });
    expect(await told(own.raw, '/api/v1/repos/0')).toBe('"platform";r=0;t=20');
    expect(await told(own.raw, '/api/v1/key')).toBe('"platform";r=0;t=20');
  });

  test('a refusal before the limits spends nothing, one by the resource spends one', async () => {
    await using server = await startServerOn(kind);
    const ids = await demoIds(server);
    const { id, raw: as } = await issueKey(server, {
      ...rateLimit(3),
      scopes: ['repos:read'],
      sub_org_id: ids.payments,
    });
    const analyze: SendOptions = { as, json: { url: 'https://git.invalid/acme/one' } };
    for (let time = 0; time < 5; time++) {
      expect((await server.fetch('/api/v1/repos/analyze', analyze)).status).toBe(403);
      expect((await server.fetch('/api/v1/settings/session', { as })).status).toBe(403);
      expect((await server.fetch('/api/v1/nowhere', { as })).status).toBe(404);
    }
    const settings = `/api/v1/settings/api-keys/${id}`;
    const patch = (json: unknown) =>
      server.fetch(settings, { as: 'parent-admin', method: 'PATCH', json });
    await patch({ disabled: true });
    expect((await server.fetch('/api/v1/repos', { as })).status).toBe(401);
    await patch({ disabled: false, ip_allow_list: ['203.0.113.0/24'] });
    expect((await server.fetch('/api/v1/repos', { as })).status).toBe(403);
    await patch({ ip_allow_list: null });

    const { repo } = ids;
    expect((await server.fetch('/api/v1/repos/0', { as })).status).toBe(404);
    expect((await server.fetch(`/api/v1/repos/${repo.mobile}`, { as })).status).toBe(403);
    expect((await server.fetch('/api/v1/repos?limit=x', { as })).status).toBe(422);
    expect((await server.fetch(`/api/v1/repos/${repo.payments}`, { as })).status).toBe(429);
  });

  test('a scope that is judged late spends nothing either', async () => {
    await using server = await startServerOn(kind);
    const submitted = await server.fetch('/api/v1/repos/analyze', {
      as: 'parent-admin',
      json: { url: 'https://git.invalid/acme/one' },
    });
    const { job_id: job } = (await submitted.json()) as { job_id: string };
    const { raw: as } = await issueKey(server, { ...rateLimit(1), scopes: ['extensions:read'] });
    expect(await statuses(server, `/api/v1/jobs/${job}`, as, 5)).toEqual({ 403: 5 });
    expect((await server.fetch('/api/v1/key', { as })).status).toBe(200);
  });

  test('changing a limit keeps the count; null takes the limit away', async () => {
    await using server = await startServerOn(kind);
    const { id, raw: as } = await issueKey(server, rateLimit(4));
    const patch = (json: unknown) =>
      answer(
        server.fetch(`/api/v1/settings/api-keys/${id}`, {
          as: 'parent-admin',
          method: 'PATCH',
          json,
        }),
      );
    expect(await statuses(server, '/api/v1/key', as, 10)).toEqual({ 200: 4, 429: 6 });
    expect(await patch(rateLimit(6))).toMatchObject({ status: 200, body: rateLimit(6) });
    expect(await statuses(server, '/api/v1/key', as, 10)).toEqual({ 200: 2, 429: 8 });
    await patch({ label: 'renamed' });
    expect(await statuses(server, '/api/v1/key', as, 3)).toEqual({ 429: 3 });
    expect(await patch({ rate_limit: null })).toMatchObject({ body: { rate_limit: null } });
    expect(await statuses(server, '/api/v1/key', as, 10)).toEqual({ 200: 10 });
    expect(await patch({ rate_limit: { limit: 0, window_seconds: 86_401 } })).toMatchObject({
      status: 422,
      body: {
        detail: [
          { loc: ['body', 'rate_limit', 'limit'], type: 'value_error.number.not_ge' },
          { loc: ['body', 'rate_limit', 'window_seconds'], type: 'value_error.number.not_le' },
        ],
      },
    });
  });

  test('a limit is the key’s: both secrets of a rotation share it, and no rotation renews it', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server, rateLimit(5));
    const rotate = async () => {
      const path = `/api/v1/settings/api-keys/${id}/rotate`;
      const sent = server.fetch(path, { as: 'parent-admin', json: { grace_seconds: 600 } });
      return (await answer(sent)).body.raw_key as string;
    };
    expect(await statuses(server, '/api/v1/key', raw, 2)).toEqual({ 200: 2 });
    const next = await rotate();
    const both = await Promise.all([
      statuses(server, '/api/v1/key', raw, 10),
      statuses(server, '/api/v1/key', next, 10),
    ]);
    expect(both.reduce((sum, { 200: ok = 0 }) => sum + ok, 0)).toBe(3);
    expect(await statuses(server, '/api/v1/key', await rotate(), 5)).toEqual({ 429: 5 });
  });

  test("the platform's limit is the organization's, whatever keys are called", async () => {
    const clock = testClock();
    const platform = { limit: 10, windowSeconds: 60 };
    await using server = await startServerOn(kind, { now: clock.now, rateLimits: { platform } });
    const one = await issueKey(server, { label: 'same' });
    const two = await issueKey(server, { label: 'same', ...rateLimit(8) });
    expect(await statuses(server, '/api/v1/key', one.raw, 6)).toEqual({ 200: 6 });
    expect(await statuses(server, '/auth/verify', two.raw, 20)).toEqual({ 200: 4, 429: 16 });
    const refused = await server.fetch('/api/v1/repos', { as: one.raw });
    expect(limitFields(refused)).toEqual({
      policy: '"platform";q=10;w=60',
      state: '"platform";r=0;t=60',
      retryAfter: '60',
    });
    // A session is no key, so a script that runs wild does not lock the console out.
    expect((await server.fetch('/api/v1/repos', { as: 'parent-admin' })).status).toBe(200);
    clock.advance(60_000);
    // Requests refused by the platform's limit do not count against the key's own: a new window has
    // all of it.
    expect(await statuses(server, '/auth/verify', two.raw, 20)).toEqual({ 200: 8, 429: 12 });
    expect(await statuses(server, '/api/v1/key', one.raw, 5)).toEqual({ 200: 2, 429: 3 });
  });

  test('an address that fails too often is told to wait in place of 401, and its valid keys still pass', async () => {
    const clock = testClock();
    const perAddress = { limit: 6, windowSeconds: 60 };
    await using server = await startServerOn(kind, {
      now: clock.now,
      rateLimits: { perAddress },
      trustedProxies: ['127.0.0.1'],
      demo: false,
    });
    const { raw } = await issueKey(server);
    const from = (address: string, as?: string, path = '/api/v1/key') =>
      server.fetch(path, {
        headers: { 'x-forwarded-for': address },
        ...(as === undefined ? {} : { as }),
      });
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        from('198.51.100.1', 'rrk_live_wrong', index % 2 ? '/api/v1/key' : '/api/v1/repos'),
      ),
    );
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(6);
    expect(tries.filter(({ status }) => status === 429)).toHaveLength(14);

    expect((await from('198.51.100.1', raw)).status).toBe(200);
    const refused = await from('198.51.100.1', 'rrk_live_wrong');
    expect(limitFields(refused)).toEqual({
      policy: '"failed-auth";q=6;w=60',
      state: '"failed-auth";r=0;t=60',
      retryAfter: '60',
    });
    expect((await from('198.51.100.1')).status).toBe(401);
    expect((await from('198.51.100.1', 'parent-admin', '/api/v1/repos')).status).toBe(200);
    expect((await from('198.51.100.2', raw)).status).toBe(200);
    clock.advance(60_000);
    expect((await from('198.51.100.1', raw)).status).toBe(200);

    // Success is not counted, and one IPv6 network is one client.
    for (let time = 0; time < 10; time++) await from('198.51.100.1', raw);
    expect((await from('198.51.100.1', 'rrk_live_wrong')).status).toBe(401);
    for (let time = 0; time < 6; time++) await from(`2001:db8::${time}`, 'rrk_live_wrong');
    expect((await from('2001:db8::ffff', 'rrk_live_wrong')).status).toBe(429);
    expect((await from('2001:db8:0:1::1', 'rrk_live_wrong')).status).toBe(401);
  });

  test('an address that forges sessions is told to wait, and expired ones are no forgery', async () => {
    const clock = testClock();
    const perAddress = { limit: 6, windowSeconds: 60 };
    await using server = await startServerOn(kind, { now: clock.now, rateLimits: { perAddress } });
    const ada = { user: 'user_ada', organization: 'org_demo_acme', role: 'admin' } as const;
    const exp = Math.floor(clock.now() / 1000) - 1;
    const expired = server.session({ ...ada, claims: { exp } });
    const session = server.session(ada);
    const [header, claims] = session.split('.');
    const forged = (index: number) => `${header}.${claims}.${`${index}`.padStart(342, 'A')}`;
    const path = '/api/v1/settings/session';
    const status = async (as: string, way: 'bearer' | 'cookie' | 'trpc' = 'bearer') => {
      const cookie = { headers: { cookie: `__session=${as}` } };
      const sent = way === 'cookie' ? cookie : { as };
      return (await server.fetch(way === 'trpc' ? '/trpc/session.get' : path, sent)).status;
    };
    expect(await statuses(server, path, expired, 20)).toEqual({ 401: 20 });
    expect(await status(session)).toBe(200);
    for (const [index, way] of (['bearer', 'cookie', 'trpc'] as const).entries()) {
      expect(await status(forged(index), way)).toBe(401);
      expect(await status('junk.junk.junk', way)).toBe(401);
    }
    for (const way of ['bearer', 'cookie', 'trpc'] as const) {
      expect([way, await status(forged(7), way)]).toEqual([way, 429]);
      expect([way, await status('junk.junk.junk', way)]).toEqual([way, 429]);
    }
    // Known sessions still work; an unknown one would cost a signature.
    expect(await status(session)).toBe(200);
    expect(await status(expired)).toBe(401);
    const unknown = server.session({ ...ada, claims: { sid: 'sess_new' } });
    expect(await status(unknown)).toBe(429);
    clock.advance(60_000);
    expect(await status(unknown)).toBe(200);
  });
});
