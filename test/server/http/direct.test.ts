import { expect, test } from 'vitest';
import { reporiskRoutes } from '../../../server/rest/reporisk.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { startServerOn } from '../../support/server.ts';

/** Paths whose GET is answered without the router; HEAD is answered through it. */
const paths = [
  '/api/v1/key',
  ...reporiskRoutes
    .filter(({ method, path }) => method === 'GET' && !path.includes(':'))
    .map(({ path }) => path),
];

/** Fields that differ between any two requests. */
const own = [
  'content-length',
  'date',
  'x-request-id',
  'ratelimit',
  'connection',
  'keep-alive',
  'transfer-encoding',
];

test('a GET past the router has the status, the fields, the log and the record of one through it', async () => {
  await using server = await startServerOn('sqlite');
  const { id, raw } = await issueKey(server);
  const callers = [{ as: raw }, { as: 'parent-admin' as const }, { as: 'rrk_live_nonsense' }, {}];
  expect(paths.length).toBeGreaterThan(10);
  for (const path of paths) {
    for (const caller of callers) {
      for (const query of ['', '?limit=1', '?nonsense=1']) {
        const answered = [];
        for (const method of ['GET', 'HEAD']) {
          const before = server.log.length;
          const response = await server.fetch(`${path}${query}`, { method, ...caller });
          await response.text();
          expect(response.headers.get('x-request-id')).toMatch(/^req_/);
          const fields = [...response.headers].filter(([name]) => !own.includes(name));
          const [line] = server.log
            .slice(before)
            .filter((text) => text.includes('"msg":"request"'));
          const { route, status } = JSON.parse(line ?? '{}');
          answered.push({ status: response.status, fields, logged: { route, status } });
        }
        expect([path, query, answered[0]]).toEqual([path, query, answered[1]]);
        expect(answered[0]?.logged.route).toBe(path);
      }
    }
  }
  await server.usage.flush();
  const usage = await server.fetch(`/api/v1/settings/api-keys/${id}/usage?limit=1000`, {
    as: 'parent-admin',
  });
  const { items } = (await usage.json()) as { items: { method: string; endpoint: string }[] };
  const of = (verb: string) => items.filter(({ method }) => method === verb).length;
  expect(of('GET')).toBe(of('HEAD'));
  expect(items.length).toBeGreaterThan(0);
});
