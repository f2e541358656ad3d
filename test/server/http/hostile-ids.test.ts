import { expect, test } from 'vitest';
import { allDialects } from '../../../core/mod.ts';
import { routesOf } from '../../../server/rest/dialects/routes.ts';
import { snake } from '../../../server/wire/case.ts';
import { answer } from '../../support/issued-keys.ts';
import { onOneServerEach } from '../../support/server.ts';

const as = 'parent-admin';
const settings = '/api/v1/settings';
const cursor = (...position: unknown[]) =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

const notOurs = {
  status: 422,
  body: { detail: [expect.objectContaining({ loc: ['query', 'cursor'] })] },
};

/** Each parameter of each query. */
const parameters = routesOf(allDialects).flatMap(({ path, operation, source, form }) =>
  source === 'query'
    ? Object.keys((form?.members ?? operation.input).shape).map((name) => ({
        path: path.replace(':organization_id', 'org_demo_acme'),
        name: snake(name),
      }))
    : [],
);

onOneServerEach(
  (server) => {
    test.each(parameters)(
      '$name of $path with a NUL is no fault of ours',
      async ({ path, name }) => {
        const target = `${path.replace(/:\w+/g, '1')}?${name}=a%00`;
        expect((await server().fetch(target, { as })).status).toBeLessThan(500);
      },
    );

    // A cursor is only base64: a hand-written one must not reach the database's type errors.
    test.each([
      ['', 1.5],
      ['', -0.5],
      ['', 1e300],
      ['', -1e300],
      ['', 9_007_199_254_740_991],
      ['', -9_007_199_254_740_991],
      ['', 2_147_483_648],
    ])('a forged cursor [%j, %j] is no fault of ours', async (...position) => {
      for (const list of ['sub-orgs', 'audit-log']) {
        const path = `${settings}/${list}?cursor=${cursor(...position)}`;
        const { status } = await server().fetch(path, { as });
        expect([200, 422]).toContain(status);
      }
      const repos = `/api/v1/repos?cursor=${cursor(...position)}`;
      expect([200, 422]).toContain((await server().fetch(repos, { as })).status);
    });

    test.each(['created_at', '-created_at', 'last_used_at', '-expires_at'])(
      'a forged cursor of apiKeys.list by %s is no fault of ours',
      async (sort) => {
        for (const value of [1.5, -1, 1e308, -1e308, 5e-324]) {
          const path = `${settings}/api-keys?sort=${sort}&cursor=${cursor(value, 'key_x')}`;
          expect((await server().fetch(path, { as })).status).toBe(200);
        }
        for (const bad of [
          cursor('a', 'key_x'),
          cursor(1, 1),
          cursor(1),
          cursor(),
          cursor(1, 'a\0'),
        ]) {
          const path = `${settings}/api-keys?sort=${sort}&cursor=${bad}`;
          expect(await answer(server().fetch(path, { as }))).toMatchObject(notOurs);
        }
      },
    );

    test.each([2_147_483_648, 9_007_199_254_740_991, -1, -9_007_199_254_740_991, 0])(
      'a sub-org id of %d is unknown',
      async (id) => {
        const send = (path: string, method: string, json?: unknown) =>
          answer(server().fetch(path, { as, method, ...(json === undefined ? {} : { json }) }));
        const missing = { status: 404, body: { detail: 'Sub-organization not found' } };
        expect(await send(`${settings}/sub-orgs/${id}`, 'PATCH', { name: 'x' })).toEqual(missing);
        expect(await send(`${settings}/sub-orgs/${id}/archive`, 'POST')).toEqual(missing);
        expect(await send(`${settings}/sub-orgs/${id}`, 'DELETE')).toEqual(missing);
        expect(await send(`${settings}/api-keys?sub_org_id=${id}`, 'GET')).toMatchObject({
          status: 200,
          body: { items: [] },
        });
        const created = await send(`${settings}/api-keys`, 'POST', { label: 'x', sub_org_id: id });
        expect(created).toMatchObject({
          status: 422,
          body: { detail: [{ loc: ['body', 'sub_org_id'], type: 'value_error' }] },
        });
        const repo = await send(`/api/v1/repos/${id}`, 'GET');
        expect(repo).toEqual({ status: 404, body: { detail: 'Repository not found' } });
      },
    );
  },
  { dialects: allDialects },
);
