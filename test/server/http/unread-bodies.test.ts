import { once } from 'node:events';
import { connect } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { allDialects } from '../../../core/mod.ts';
import { createClerkWebhooks } from '../../../server/clerk/clerk-webhooks.ts';
import { routesOf } from '../../../server/rest/dialects/routes.ts';
import { bodyLimit } from '../../../server/rest/input.ts';
import { demoDatabase, startServer, startServerOn } from '../../support/server.ts';
import { github, signedHeaders } from '../leaks/github.ts';
import { procedures } from '../operations/procedures.ts';
import { parsed } from './raw-request.ts';

/**
 * Sends the head of a request and a part of its body; resolves with the bytes that come back before
 * the rest is sent.
 */
async function answerWithoutBody(
  url: string,
  lines: readonly string[],
  begun = '',
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write([...lines, 'Host: localhost', '', begun].join('\r\n'));
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk.toString();
}

const long = ['Content-Type: application/json', 'Content-Length: 1000000'];

test('who may not send a body is answered before any of it has come, on every path', async () => {
  await using server = await startServerOn('sqlite', { dialects: allDialects });
  const member = server.token('parent-member');
  const paths = [
    ...routesOf(allDialects)
      .filter(({ source }) => source !== 'query')
      .map(({ method, path }) => `${method} ${path}`),
    ...Object.entries(procedures)
      .filter(([, { _def }]) => _def.type === 'mutation')
      .map(([name]) => `POST /trpc/${name}`),
    'POST /trpc/apiKeys.create,apiKeys.revoke?batch=1',
    'POST /trpc/no.such',
  ].filter((path) => !path.includes('leaks/report'));
  expect(paths.length).toBeGreaterThan(30);
  for (const path of paths) {
    const line = `${path.replaceAll(/:\w+/g, '1')} HTTP/1.1`;
    const nobody = parsed(await answerWithoutBody(server.url, [line, ...long]));
    expect([path, nobody.status]).toEqual([path, path.includes('no.such') ? 404 : 401]);
    if (path.includes('leaks')) continue;
    const bearer = `Authorization: Bearer ${member}`;
    const forbidden = parsed(await answerWithoutBody(server.url, [line, bearer, ...long]));
    // The paths of `repurai` read another header.
    const refusal = path.includes(' /v1/') ? 401 : 403;
    expect([path, forbidden.status]).toEqual([path, path.includes('no.such') ? 404 : refusal]);
  }
});

test('POST /api/v1/leaks/github collects no body that GitHub cannot have signed', async () => {
  const hub = github();
  await using server = await startServerOn('sqlite', { leaks: { githubKeys: hub.keys } });
  const signature = Buffer.alloc(70).toString('base64');
  for (const headers of [
    {},
    signedHeaders('unknown', signature),
    signedHeaders('current', ''),
    signedHeaders('current', Buffer.alloc(73).toString('base64')),
  ]) {
    const named = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const lines = ['POST /api/v1/leaks/github HTTP/1.1', ...named, 'Content-Length: 8000000'];
    expect(parsed(await answerWithoutBody(server.url, lines)).status).toBe(401);
  }
});

test('POST /webhooks/clerk collects no body that cannot be signed', async () => {
  const signingSecret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  await using server = await startServerOn('sqlite', {
    clerkWebhooks: ({ database, now, logger }) =>
      createClerkWebhooks({ database, signingSecret, now, logger }),
  });
  const line = 'POST /webhooks/clerk HTTP/1.1';
  const old = [`svix-id: msg_1`, 'svix-timestamp: 1000', 'svix-signature: v1,AA=='];
  for (const headers of [[], old]) {
    const answer = parsed(await answerWithoutBody(server.url, [line, ...headers, ...long]));
    expect([answer.status, answer.body]).toEqual([400, '{"detail":"Invalid webhook signature"}']);
  }
  const body = JSON.stringify({ type: 'other', data: {} });
  const at = new Date();
  const signed = {
    'svix-id': 'msg_2',
    'svix-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'svix-signature': new Webhook(signingSecret).sign('msg_2', at, body),
  };
  const taken = await server.fetch('/webhooks/clerk', { body, headers: signed });
  expect(taken.status).toBe(200);
});

test('bodies of strangers are held up to a limit, which keeps no caller out', async () => {
  const hub = github();
  await using database = await demoDatabase('sqlite');
  await using server = await startServer({
    database: database.url,
    leaks: { githubKeys: hub.keys },
  });
  const { hostname, port } = new URL(server.url);
  const head = [
    'POST /api/v1/leaks/github HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    'Content-Length: 8000000',
    ...Object.entries(signedHeaders('current', 'AAAA'))
      .slice(1)
      .map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
  const sockets = Array.from({ length: 4 }, () => connect(Number(port), hostname));
  const answered = Promise.race(sockets.map((socket) => once(socket, 'data')));
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.write(head);
    socket.write(Buffer.alloc(7_900_000, ' '));
  }
  const [chunk] = (await answered) as [Buffer];
  expect(parsed(chunk.toString()).status).toBe(503);
  // Others are let in all the while, and GitHub again once the bodies are gone.
  const json = { label: 'x'.repeat(bodyLimit - 20) };
  const created = await server.fetch('/api/v1/settings/api-keys', { as: 'parent-admin', json });
  expect(created.status).toBe(422);
  for (const socket of sockets) socket.destroy();
  await Promise.all(sockets.filter(({ closed }) => !closed).map((socket) => once(socket, 'close')));
  await expect
    .poll(async () => (await server.fetch('/api/v1/leaks/github', hub.call([]))).status)
    .toBe(200);
});

test('JSON that is small and slow is refused with one fault, over REST and tRPC alike', async () => {
  await using server = await startServerOn('sqlite');
  const names = Array.from({ length: 121_776 }, (_, index) => `"${index.toString(36)}":0`);
  const many = `{${names.join(',')}}`;
  const items = `{"label":"CI","scopes":[${Array(480_000).fill(0).join(',')}]`;
  const objects = `{"label":"CI","scopes":[${Array(300_000).fill('{}').join(',')}]}`;
  const nested = `{"label":${'['.repeat(400_000)}${']'.repeat(400_000)}}`;
  const paths = ['/api/v1/settings/api-keys', '/trpc/apiKeys.create', '/api/v1/leaks/report'];
  for (const path of paths) {
    for (const body of [many, `${items}}`, objects, nested]) {
      if (path.includes('leaks') && body.startsWith(items)) continue;
      const headers = { 'content-type': 'application/json' };
      const response = await server.fetch(path, {
        as: 'parent-admin',
        method: 'POST',
        body,
        headers,
      });
      const text = await response.text();
      expect([path, response.status, text.length < 1_000]).toEqual([path, 422, true]);
    }
  }
});

test('a form with too many parts is read no further', async () => {
  await using server = await startServerOn('sqlite');
  const begun = '--b\r\n\r\n\r\n'.repeat(1_000);
  const lines = [
    'POST /api/v1/extensions/upload HTTP/1.1',
    `Authorization: Bearer ${server.token('parent-admin')}`,
    'Content-Type: multipart/form-data; boundary=b',
    'Content-Length: 8000000',
  ];
  const { status, body } = parsed(await answerWithoutBody(server.url, lines, begun));
  expect(status).toBe(422);
  expect(JSON.parse(body)).toMatchObject({ detail: [{ msg: 'malformed multipart body' }] });
});
