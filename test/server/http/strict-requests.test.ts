import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Operation } from '../../../server/operations/operation.ts';
import { reporiskRoutes } from '../../../server/rest/reporisk.ts';
import { snake } from '../../../server/wire/case.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach } from '../../support/server.ts';
import { procedures } from '../operations/procedures.ts';
import { extra } from './faulty-input.ts';

const keys = '/api/v1/settings/api-keys';
const repeated = { msg: 'given more than once', type: 'value_error' };

/** The places of a schema's objects: names from its top, and 0 for a list's member. */
function objectsIn(schema: z.core.$ZodType, at: readonly (string | 0)[] = []): (string | 0)[][] {
  const { def } = schema._zod;
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape as Record<string, z.core.$ZodType>);
    return [[...at], ...members.flatMap(([name, member]) => objectsIn(member, [...at, name]))];
  }
  const {
    innerType,
    element,
    in: input,
    options = [],
  } = def as {
    innerType?: z.core.$ZodType;
    element?: z.core.$ZodType;
    in?: z.core.$ZodType;
    options?: readonly z.core.$ZodType[];
  };
  if (element !== undefined) return objectsIn(element, [...at, 0]);
  return [innerType, input, ...options].flatMap((part) =>
    part === undefined ? [] : objectsIn(part, at),
  );
}

/** An input with one member that the schema does not name, at a place. */
function misspelt(at: readonly (string | 0)[]): unknown {
  const [first, ...rest] = at;
  if (first === undefined) return { unlisted: 1 };
  return first === 0 ? [misspelt(rest)] : { [first]: misspelt(rest) };
}

const bodies = reporiskRoutes.flatMap(({ method, path, operation, source }) =>
  source === 'body'
    ? objectsIn(operation.input).map((at) => ({ method, path, at: at.map(inSnake) }))
    : [],
);
const queries = reporiskRoutes.filter(({ source }) => source !== 'raw');
const operations = new Map<string, Operation>(
  reporiskRoutes.map(({ operation }) => [operation.name, operation]),
);

function inSnake(part: string | 0): string | 0 {
  return part === 0 ? part : snake(part);
}

const real = (path: string) => path.replace(/:\w+/g, '1');

onOneServerEach((server) => {
  test.each(bodies)('$method $path refuses a member at $at that it does not name', async (body) => {
    const { method, path, at } = body;
    const response = server().fetch(real(path), { as: 'parent-admin', method, json: misspelt(at) });
    const { status, body: told } = await answer(response);
    expect(status).toBe(422);
    expect(told.detail).toContainEqual({ loc: ['body', ...at, 'unlisted'], ...extra });
  });

  test.each(queries)('$method $path refuses a parameter that it does not name', async (route) => {
    const { method, path, source } = route;
    const json = source === 'body' ? {} : undefined;
    const response = server().fetch(`${real(path)}?unlisted=1`, {
      ...{ as: 'parent-admin', method },
      ...(json && { json }),
    });
    const { status, body } = await answer(response);
    expect(status).toBe(422);
    expect(body.detail).toContainEqual({ loc: ['query', 'unlisted'], ...extra });
  });

  test.each(Object.entries(procedures))(
    '%s over tRPC refuses a member that it does not name',
    async (name, it) => {
      const operation = operations.get(name);
      expect(operation).toBeDefined();
      const { type } = it._def;
      for (const at of operation === undefined ? [] : objectsIn(operation.input)) {
        const input = misspelt(at);
        const query = `?input=${encodeURIComponent(JSON.stringify(input))}`;
        const { status, body } = await answer(
          server().fetch(`/trpc/${name}${type === 'query' ? query : ''}`, {
            as: 'parent-admin',
            ...(type === 'query' ? {} : { json: input }),
          }),
        );
        expect(status).toBe(422);
        const { detail } = (body as { error: { data: { detail: unknown } } }).error.data;
        expect(detail).toContainEqual({ loc: ['body', ...at, 'unlisted'], ...extra });
      }
    },
  );

  test.each([
    ['GET', 'apiKeys.list?input={}&unlisted=1', 'unlisted', extra],
    ['GET', 'apiKeys.list?input={}&input={}', 'input', repeated],
    ['POST', 'apiKeys.create?unlisted=1', 'unlisted', extra],
    ['POST', 'apiKeys.create?input={}', 'input', extra],
  ])('%s /trpc/%s is refused', async (method, path, name, fault) => {
    const body = method === 'POST' ? { json: { label: 'CI' } } : {};
    const told = await answer(server().fetch(`/trpc/${path}`, { as: 'parent-admin', ...body }));
    const { detail } = (told.body as unknown as { error: { data: { detail: unknown } } }).error
      .data;
    expect([told.status, detail]).toEqual([422, [{ loc: ['query', name], ...fault }]]);
  });

  test('GET /api/v1/key refuses a parameter, and counts the call', async () => {
    const { raw } = await issueKey(server());
    const told = await answer(server().fetch('/api/v1/key?unlisted=1', { as: raw }));
    expect(told).toEqual({
      status: 422,
      body: { detail: [{ loc: ['query', 'unlisted'], ...extra }] },
    });
    expect((await server().fetch('/api/v1/key?', { as: raw })).status).toBe(200);
  });

  test.each([
    ['scope', { label: 'CI', scope: ['repos:read'] }],
    ['subOrgId', { label: 'CI', subOrgId: 1 }],
    ['sub_Org_id', { label: 'CI', sub_Org_id: 1 }],
    [' label', { label: 'CI', ' label': 'x' }],
    ['__proto__', JSON.parse('{"label":"CI","__proto__":{"scopes":[]}}')],
    ['constructor', { label: 'CI', constructor: 1 }],
    ['id', { label: 'CI', id: 'key_1' }],
    ['', { label: 'CI', '': 1 }],
  ])('a key is not made with the unknown member %j', async (name, json) => {
    const told = await answer(server().fetch(keys, { as: 'parent-admin', json }));
    expect(told).toEqual({ status: 422, body: { detail: [{ loc: ['body', name], ...extra }] } });
  });

  test('what the path holds is not given in the body or the query as well', async () => {
    const { id } = await issueKey(server());
    const told = await answer(
      server().fetch(`${keys}/${id}`, { as: 'parent-admin', method: 'PATCH', json: { id } }),
    );
    expect(told.body).toEqual({ detail: [{ loc: ['body', 'id'], ...extra }] });
    const query = await answer(server().fetch(`${keys}/${id}?id=key_1`, { as: 'parent-admin' }));
    expect(query.body).toEqual({ detail: [{ loc: ['query', 'id'], ...extra }] });
  });

  test('a form is strict as well', async () => {
    const send = async (parts: readonly [string, string | Blob][]) => {
      const form = new FormData();
      const file = new Blob(['PK\u0003\u0004']);
      for (const [name, value] of [...parts, ['file', file] as const]) {
        if (typeof value === 'string') form.append(name, value);
        else form.append(name, value, 'x.zip');
      }
      const path = '/api/v1/extensions/upload';
      return answer(server().fetch(path, { as: 'parent-admin', method: 'POST', body: form }));
    };
    const refused = (name: string, fault: object) => ({
      status: 422,
      body: { detail: [{ loc: ['body', name], ...fault }] },
    });
    expect(await send([['sub_org', '1']])).toEqual(refused('sub_org', extra));
    const twice = await send([
      ['sub_org_id', '1'],
      ['sub_org_id', '2'],
    ]);
    expect(twice).toEqual(refused('sub_org_id', repeated));
    expect((await send([])).status).toBe(202);
  });

  test('a parameter given twice is refused, whichever is meant', async () => {
    const told = await answer(
      server().fetch(`${keys}?limit=1&limit=1&sub_org_id=1`, { as: 'parent-admin' }),
    );
    expect(told.body).toEqual({ detail: [{ loc: ['query', 'limit'], ...repeated }] });
  });

  test('a key in the place of a name is not repeated, and a long name is cut', async () => {
    const { raw } = await issueKey(server());
    const json = { label: 'CI', [raw]: 1, ['x'.repeat(500)]: 1 };
    const told = await answer(server().fetch(keys, { as: 'parent-admin', json }));
    expect(told.body).toEqual({
      detail: [
        { loc: ['body', '[API key]'], ...extra },
        { loc: ['body', 'x'.repeat(100)], ...extra },
      ],
    });
  });

  test('at most a hundred faults are listed', async () => {
    const json = Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`a${n}`, 1]));
    const { body } = await answer(server().fetch(keys, { as: 'parent-admin', json }));
    expect(body.detail).toHaveLength(100);
  });
});
