import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach, startServerOn } from '../../support/server.ts';
import { targets } from './forward-auth-targets.ts';
import { head, parsed, rawRequest } from './raw-request.ts';

const badRequest = { status: 400, body: { detail: 'Bad Request' } };
const forbidden = { status: 403, body: { detail: 'Insufficient permissions' } };
const identity = ['Org', 'Sub-Org', 'Key-Id', 'Scopes', 'Environment', 'Project'].map(
  (name) => `x-reporisk-${name.toLowerCase()}`,
);

const malformed = [
  '?scope=',
  '?scope',
  '?scope=nope',
  '?scope=Repos:read',
  '?scope=repos:read+',
  '?scope=repos:read,extensions:read',
  '?scope=constructor',
  '?scope=repos:read&scope=repos:read',
  '?scope=repos:read&%73cope=repos:read',
  '?scope=%zz',
  '?sub_org_id=',
  '?sub_org_id=0',
  '?sub_org_id=-1',
  '?sub_org_id=1.0',
  '?sub_org_id=01',
  '?sub_org_id=+1',
  '?sub_org_id=1e3',
  '?sub_org_id=null',
  '?sub_org_id=2147483648',
  '?sub_org_id=1&sub_org_id=1',
];

/** A browser's header: with it the console's pages are answered too. */
const asPage = 'Accept: text/html';

/** A server as in production, with a console, whose paths are all there. */
async function wholeServer() {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-console-'));
  resources.defer(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(folder, 'assets', 'main-1a2b.js'), 'export {};');
  const options = { demo: false, consoleFolder: folder };
  const server = resources.use(await startServerOn('sqlite', options));
  const { id, raw } = await issueKey(server);
  const running = resources.move();
  const authorization = `Authorization: Bearer ${raw}`;
  return { server, id, authorization, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The identity headers of an answer that came as bytes. */
function identityIn(answered: string): (string | undefined)[] {
  return identity.map((name) => new RegExp(`^${name}: (.+)\r?$`, 'im').exec(answered)?.[1]?.trim());
}

test('/auth/verify lets a key through without a body', async () => {
  await using whole = await wholeServer();
  const bytes = Buffer.from(head('GET', '/auth/verify', [whole.authorization]), 'latin1');
  const { status, head: fields, body } = parsed(await rawRequest(whole.server.url, bytes));
  expect({ status, body }).toEqual({ status: 200, body: '' });
  expect(fields).toMatch(/^content-length: 0\r?$/im);
  expect(fields).not.toMatch(/^transfer-encoding:/im);
});

test.each(['GET', 'HEAD', 'POST', 'OPTIONS', 'PROPFIND', 'TRACE'])(
  '/auth/verify lets nothing through without a key, whatever the raw target of %s',
  async (method) => {
    await using whole = await wholeServer();
    const send = async (target: string, ...headers: string[]) => {
      const bytes = Buffer.from(head(method, target, [asPage, ...headers]), 'latin1');
      const { status, head: fields, body } = parsed(await rawRequest(whole.server.url, bytes));
      return { target, status, identity: identityIn(fields), body: body && JSON.parse(body) };
    };
    const none = identity.map(() => undefined);
    const own = ['org_demo_acme', '-', whole.id, '*', 'live', '-'];
    const details = { 400: 'Bad Request', 401: 'Missing API key', 404: 'Not Found' };
    for (const [target, withKey] of targets) {
      const without = withKey === 200 ? 401 : withKey;
      const refused = (status: 400 | 401 | 404) => {
        const body = method === 'HEAD' ? '' : { detail: details[status] };
        return { target, status, identity: none, body };
      };
      expect(await send(target)).toEqual(refused(without));
      expect(await send(target, whole.authorization)).toEqual(
        withKey === 200 ? { target, status: 200, identity: own, body: '' } : refused(withKey),
      );
    }
  },
);

test('/auth/verify cannot be led elsewhere by a Host that no host is', async () => {
  await using whole = await wholeServer();
  const hosts = [
    // As long as its host in ASCII: an adapter compares the two lengths.
    '\xfc.\xfc.\xfc/healthz?aaaaaaaaa',
    '\xfc.\xfc.\xfc/healthz#aaaaaaaaa',
    'localhost/healthz?',
    'localhost/healthz#',
    'a@localhost',
    'localhost:80',
    '[::1]',
    'LOCALHOST',
    '',
  ];
  for (const host of hosts) {
    for (const target of ['/auth/verify', '/auth/verify/x', '/%61uth/verify/x', '//auth/verify']) {
      const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${asPage}\r\nConnection: close\r\n\r\n`;
      const answered = await rawRequest(whole.server.url, Buffer.from(request, 'latin1'));
      expect([400, 401, 404], `${host} ${target}`).toContain(parsed(answered).status);
    }
  }
});

test.each([
  ['CONNECT /auth/verify HTTP/1.1\r\nHost: localhost\r\n\r\n', undefined],
  ['CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n', undefined],
  ['OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', '400'],
  ['GET auth/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', '400'],
  [
    'GET HTTP://localhost/auth/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    '400',
  ],
  [
    'GET ftp://localhost/auth/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    '400',
  ],
  ['GET /auth/verify HTTP/1.0\r\nHost: localhost\r\n\r\n', '401'],
  ['GET /auth/verify/x\r\n\r\n', '400'],
  ['POST /auth/verify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n{', '401'],
  ['GET /auth/verify HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n\r\n', '417'],
  [
    'GET /auth/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n',
    '401',
  ],
  [
    'OPTIONS /auth/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n',
    '401',
  ],
])('/auth/verify lets nothing through: %j', async (request, status) => {
  await using server = await startServerOn('sqlite', { demo: false });
  const answered = await rawRequest(server.url, request);
  expect(/^HTTP\/1\.1 (\d{3})/.exec(answered)?.[1]).toBe(status);
});

test.each([
  ['of known length', `Content-Length: 46\r\n\r\n`, (body: string) => body],
  [
    'in chunks',
    'Transfer-Encoding: chunked\r\n\r\n',
    (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ],
])(
  '/auth/verify reads no body %s, and takes none for a request',
  async (_name, framing, framed) => {
    await using whole = await wholeServer();
    const hidden = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const body = framed(hidden.padEnd(46));
    for (const method of ['GET', 'POST']) {
      const first = `${method} /auth/verify/x HTTP/1.1\r\nHost: localhost\r\n`;
      const answered = await rawRequest(
        whole.server.url,
        `${first}${framing}${body}${first}${whole.authorization}\r\n${framing}${body}${head('GET', '/auth/verify', [])}`,
      );
      // After a GET that has a body, the connection ends.
      expect([...answered.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)).toEqual(
        method === 'GET' ? ['401'] : ['401', '200', '401'],
      );
      expect(answered).not.toContain('"ok"');
    }
  },
);

onOneServerEach((server) => {
  const verify = (query: string, as: string) => server().fetch(`/auth/verify${query}`, { as });

  test('?scope= and ?sub_org_id= only ever add a demand', async () => {
    const { payments, mobile, foreignSubOrg } = await demoIds(server());
    const all = await issueKey(server());
    const reading = await issueKey(server(), { scopes: ['repos:read'], sub_org_id: mobile });
    const none = await issueKey(server(), { scopes: [] });
    const cases = [
      [all, '?scope=repos:analyze', 200],
      [all, '?scope=admin:*', 200],
      [all, '?scope=repos%3Aread&other=1&other=2&Scope=nope&scope[]=nope&project_id=9', 200],
      [all, `?sub_org_id=${payments}&scope=repos:read`, 200],
      [all, `?sub_org_id=${foreignSubOrg}`, 403],
      [all, '?sub_org_id=2147483647', 403],
      [reading, '', 200],
      [reading, '?scope=repos:read', 200],
      [reading, '?%73cope=repos%3aanalyze', 403],
      [reading, `?sub_org_id=${mobile}`, 200],
      [reading, `?sub_org_id=${payments}`, 403],
      [reading, `?scope=repos:analyze&sub_org_id=${mobile}`, 403],
      [none, '', 200],
      [none, '?scope=repos:read', 403],
    ] as const;
    for (const [{ raw }, query, status] of cases) {
      const answered = await answer(verify(query, raw));
      expect([query, answered]).toEqual([
        query,
        status === 200 ? { status, body: null } : forbidden,
      ]);
    }
    // Below the path, the query is the caller's.
    for (const path of ['/', '/x', 'x', '%3f', ';', '#']) {
      const query = `?scope=nope&scope=repos:analyze&sub_org_id=${payments}`;
      expect((await verify(`${path.replace('#', '%23')}${query}`, none.raw)).status).toBe(200);
    }
  });

  test('a demand given twice, unknown or malformed is 400, with a key and without one', async () => {
    const { raw } = await issueKey(server());
    for (const query of malformed) {
      expect([query, await answer(verify(query, raw))]).toEqual([query, badRequest]);
      expect(await answer(server().fetch(`/auth/verify${query}`))).toEqual(badRequest);
      const nginx = await verify(`${query}&proxy=nginx`, raw);
      expect([nginx.status, nginx.headers.get('x-reporisk-status')]).toEqual([403, '400']);
    }
  });

  test('a session is no key, and a cookie counts for nothing', async () => {
    const session = server().token('parent-admin');
    const invalid = { status: 401, body: { detail: 'Invalid API key' } };
    const missing = { status: 401, body: { detail: 'Missing API key' } };
    expect(await answer(verify('/x', session))).toEqual(invalid);
    const cookie = { headers: { cookie: `__session=${session}` } };
    expect(await answer(server().fetch('/auth/verify', cookie))).toEqual(missing);
    const { raw } = await issueKey(server());
    const other = { as: raw, headers: { 'x-api-key': 'another' } };
    expect(await answer(server().fetch('/auth/verify', other))).toEqual(invalid);
  });

  test('a sub-org that was archived is a demand that no key meets', async () => {
    const settings = '/api/v1/settings/sub-orgs';
    const as = 'parent-admin';
    const created = await answer(server().fetch(settings, { as, json: { name: 'Short-lived' } }));
    const { raw } = await issueKey(server());
    const query = `?sub_org_id=${created.body.id}`;
    expect((await verify(query, raw)).status).toBe(200);
    await server().fetch(`${settings}/${created.body.id}/archive`, { as, method: 'POST' });
    expect(await answer(verify(query, raw))).toEqual(forbidden);
  });
});

test('a demand that is not met spends nothing of the rate limit', async () => {
  await using server = await startServerOn('sqlite');
  const { payments, mobile } = await demoIds(server);
  const limits = { rate_limit: { limit: 1, window_seconds: 60 } };
  const { raw: as } = await issueKey(server, { ...limits, sub_org_id: mobile });
  for (const query of ['?scope=nope', `?sub_org_id=${payments}`, '/..%2f']) {
    expect([400, 403]).toContain((await server.fetch(`/auth/verify${query}`, { as })).status);
  }
  expect((await server.fetch('/auth/verify', { as })).status).toBe(200);
  const nginx = await server.fetch('/auth/verify?proxy=nginx', { as });
  expect([nginx.status, nginx.headers.get('x-reporisk-status')]).toEqual([403, '429']);
  expect(nginx.headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await server.fetch('/auth/verify/?proxy=nginx', { as })).status).toBe(429);
});

test('a sandbox key passes only where the operator accepts its environment', async () => {
  await using strict = await startServerOn('sqlite');
  const sandbox = { environment: 'test' };
  const { raw: as } = await issueKey(strict, sandbox);
  const denied = 'Access denied: sandbox keys are not accepted here';
  for (const target of ['/auth/verify', '/auth/verify?environment=test', '/auth/verify/x']) {
    expect(await answer(strict.fetch(target, { as }))).toEqual({
      status: 403,
      body: { detail: denied },
    });
  }
  await using open = await startServerOn('sqlite', { forwardAuthEnvironments: ['live', 'test'] });
  const { raw } = await issueKey(open, sandbox);
  const response = await open.fetch('/auth/verify', { as: raw });
  expect([response.status, response.headers.get('x-reporisk-environment')]).toEqual([200, 'test']);
});
