import { request } from 'node:http';
import { expect, test } from 'vitest';
import { allDialects } from '../../../core/mod.ts';
import { routesOf } from '../../../server/rest/dialects/routes.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach } from '../../support/server.ts';

const settings = '/api/v1/settings';
const keys = `${settings}/api-keys`;
const mebibyte = 1024 * 1024;
const tooLarge = { detail: 'Request body must not exceed 1048576 bytes' };

const paths = new Map<string, string[]>([
  ['/api/v1/key', ['GET']],
  ['/demo/session', ['GET', 'POST']],
]);
for (const { path, method } of routesOf(allDialects))
  paths.set(path, [...(paths.get(path) ?? []), method]);

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];

onOneServerEach(
  (server) => {
    test.each([...paths])(
      '%s answers other methods 405 with Allow, and before 401',
      async (path, own) => {
        const allow = own.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
        const real = path.replace(/:\w+/g, '1');
        // A word in the parameter's place belongs to another path.
        for (const method of methods.filter((each) => !own.includes(each))) {
          const response = await server().fetch(real, { method });
          expect([method, response.status]).toEqual([method, 405]);
          expect(response.headers.get('allow')).toBe(allow.join(', '));
          expect(await response.json()).toEqual({ detail: 'Method Not Allowed' });
        }
      },
    );

    test.each([
      '/',
      '/api',
      '/api/v1',
      '/api/v2/repos',
      '/api/v1/repo',
      '/api/v1/repos/',
      '/api/v1/repos/1/',
      '/api/v1/repos/1/reports',
      '/API/v1/repos',
      '/api/v1//repos',
      '/api/v1/settings',
      '/api/v1/settings/api-keys/x/y',
      '/v1',
      '/v1/api-keys/x/y',
      '/platform',
      '/platform/organizations/org_demo_acme',
      '/platform/organizations/org_demo_acme/members',
      '/auth/verif',
      '/webhooks/clerk',
      '/.env',
      '/api/v1/settings/..%2f..%2fsecret',
      '/%00',
    ])('%s is not found, with any method and credential', async (path) => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        for (const as of [undefined, 'junk', 'parent-admin'] as const) {
          const response = await server().fetch(path, { method, ...(as && { as }) });
          expect([method, response.status]).toEqual([method, 404]);
          expect(await response.json()).toEqual({ detail: 'Not Found' });
        }
      }
    });

    test('HEAD answers as GET, without the body', async () => {
      const response = await server().fetch('/api/v1/repos', {
        method: 'HEAD',
        as: 'parent-admin',
      });
      expect([response.status, await response.text()]).toEqual([200, '']);
      expect((await server().fetch('/api/v1/repos', { method: 'HEAD' })).status).toBe(401);
    });

    test('errors come in order: 401, 403, 415, 413, 422', async () => {
      const large = { body: 'x'.repeat(mebibyte + 1), headers: { 'content-type': 'text/plain' } };
      const largeJson = { body: large.body, headers: { 'content-type': 'application/json' } };
      const malformed = { ...largeJson, body: '{' };
      const send = async (as: string | undefined, content: object) =>
        (await server().fetch(keys, { method: 'POST', ...(as && { as }), ...content })).status;
      expect(await send(undefined, large)).toBe(401);
      expect(await send('parent-member', large)).toBe(403);
      expect(await send('tier-1-admin', large)).toBe(403);
      expect(await send('parent-admin', large)).toBe(415);
      expect(await send('parent-admin', largeJson)).toBe(413);
      expect(await send('parent-admin', malformed)).toBe(422);
      const { raw } = await issueKey(server());
      expect(await send(raw, large)).toBe(403);
    });

    test.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'text/json',
      'application/jsonp',
      'application/json5',
      '',
    ])('a body of type %j is 415', async (type) => {
      const headers = { 'content-type': type };
      const body = new Uint8Array(Buffer.from('{"label":"CI"}'));
      expect(await answer(server().fetch(keys, { as: 'parent-admin', body, headers }))).toEqual({
        status: 415,
        body: { detail: 'Content-Type must be application/json' },
      });
    });

    test.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8'])(
      'a body of type %j is taken',
      async (type) => {
        const headers = { 'content-type': type };
        const body = new Uint8Array(Buffer.from('{"label":"CI"}'));
        const { status } = await server().fetch(keys, { as: 'parent-admin', body, headers });
        expect(status).toBe(201);
      },
    );

    test('a body of 1 MiB is taken, and one of a byte more is 413', async () => {
      const send = (length: number) => {
        const start = '{"label":"CI","description":"';
        const body = `${start}${'x'.repeat(length - start.length - 2)}"}`;
        const headers = { 'content-type': 'application/json' };
        return answer(server().fetch(keys, { as: 'parent-admin', body, headers }));
      };
      expect((await send(mebibyte)).status).toBe(422);
      expect(await send(mebibyte + 1)).toEqual({ status: 413, body: tooLarge });
      expect(await send(2 * mebibyte)).toEqual({ status: 413, body: tooLarge });
    });

    test('a body of unknown length is 413 as soon as it is too long', async () => {
      const token = server().token('parent-admin');
      for (const path of [keys, '/trpc/apiKeys.create']) {
        expect(await sendTooMuch(server().url + path, token)).toEqual({
          status: 413,
          body: tooLarge,
        });
      }
    });

    test('a body of unknown length is taken when it is short', async () => {
      const body = new ReadableStream({
        start(controller) {
          for (const part of ['{"label"', ':"CI"}'])
            controller.enqueue(new TextEncoder().encode(part));
          controller.close();
        },
      });
      const response = await fetch(server().url + keys, {
        method: 'POST',
        body,
        duplex: 'half',
        headers: {
          authorization: `Bearer ${server().token('parent-admin')}`,
          'content-type': 'application/json',
        },
      } as RequestInit);
      expect(response.status).toBe(201);
    });

    test('every answer has its own X-Request-Id, is not cached and not sniffed', async () => {
      const calls = [
        ['/api/v1/settings/session', 200],
        ['/api/v1/repos', 200],
        ['/trpc/session.get', 200],
        ['/api/v1/repos/999999', 404],
        ['/nowhere', 404],
        [`${keys}?limit=0`, 422],
        ['/api/v1/key', 401],
      ] as const;
      const ids = new Set<string | null>();
      for (const [path, status] of calls) {
        const response = await server().fetch(path, {
          as: 'parent-admin',
          headers: { 'x-request-id': 'mine' },
        });
        expect([path, response.status]).toEqual([path, status]);
        expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/);
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        ids.add(response.headers.get('x-request-id'));
      }
      expect(ids.size).toBe(calls.length);
    });
  },
  { dialects: allDialects },
);

/** Sends one byte too many of a body, and not its end. */
function sendTooMuch(url: string, token: string) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sending = request(url, { method: 'POST', headers });
    let answered = false;
    sending.on('error', (error) => answered || reject(error));
    sending.on('response', (response) => {
      answered = true;
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode, body: JSON.parse(text) });
        sending.destroy();
      });
    });
    // No more: a client that goes on sending may meet the closed connection before it reads the answer.
    sending.write(Buffer.alloc(mebibyte + 1, ' '));
  });
}
