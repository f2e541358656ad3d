import { expect, test } from 'vitest';
import { allDialects } from '../../../core/mod.ts';
import { routesOf } from '../../../server/rest/dialects/routes.ts';
import { openApiDocument } from '../../../server/rest/openapi.ts';

interface Described {
  operationId: string;
  parameters?: { name: string; in: string }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
}

const routes = routesOf(allDialects);
const document = openApiDocument(routes) as {
  paths: Record<string, Record<string, Described>>;
};

test('openApiDocument() describes every route, each under an id of its own', () => {
  for (const { path, method, operation, status, form } of routes) {
    const described = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    const id = form === undefined ? operation.name : `${form.dialect}.${operation.name}`;
    expect(described?.operationId).toBe(id);
    expect(described?.responses).toHaveProperty(String(status));
  }
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map((described) => described.operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('openApiDocument() names every path parameter, and inputs in snake case', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters = [] } of Object.values(methods)) {
      const named = parameters.filter((parameter) => parameter.in === 'path');
      expect(named.map((parameter) => parameter.name)).toEqual(inPath);
      const fields = parameters.filter((parameter) => parameter.in !== 'header');
      expect(fields.filter(({ name }) => /[A-Z]/.test(name))).toEqual([]);
    }
  }
});

test('openApiDocument() tells which submissions take an Idempotency-Key', () => {
  const taking = Object.entries(document.paths).flatMap(([path, { post }]) =>
    post?.parameters?.some(({ name }) => name === 'Idempotency-Key') ? [path] : [],
  );
  expect(taking.sort()).toEqual([
    '/api/v1/extensions/submit-url',
    '/api/v1/extensions/upload',
    '/api/v1/repos/analyze',
  ]);
  for (const path of taking) {
    expect(document.paths[path]?.post?.responses).toMatchObject({
      202: { headers: { 'Idempotent-Replayed': {}, RateLimit: {} } },
      409: {},
    });
  }
});

test('openApiDocument() lists the refusals of bodies, and of changes that the state forbids', () => {
  for (const { path, method, operation, source } of routes) {
    const described = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    const has = (status: number) => String(status) in (described?.responses ?? {});
    expect([path, method, has(409)]).toEqual([path, method, operation.kind === 'mutation']);
    for (const status of [408, 413, 415]) {
      expect([path, status, has(status)]).toEqual([path, status, source !== 'query']);
    }
  }
});

test('openApiDocument() tells of /auth/verify and every path below what a proxy needs', () => {
  for (const path of ['/auth/verify', '/auth/verify/{path}']) {
    const { responses = {} } = document.paths[path]?.get ?? {};
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '429', '500', '503']);
    const accepted = responses[200] as { headers: object };
    expect(Object.keys(accepted.headers)).toEqual([
      'X-RepoRisk-Org',
      'X-RepoRisk-Sub-Org',
      'X-RepoRisk-Key-Id',
      'X-RepoRisk-Scopes',
      'X-RepoRisk-Environment',
      'X-RepoRisk-Project',
      'RateLimit',
      'RateLimit-Policy',
      'X-RepoRisk-Key-Expires',
    ]);
  }
  const names = document.paths['/auth/verify']?.get?.parameters?.map(({ name }) => name);
  expect(names).toEqual(['scope', 'sub_org_id', 'project_id', 'proxy']);
});

test('openApiDocument() asks for the body that creating a key takes', () => {
  expect(document.paths['/api/v1/settings/api-keys']?.post?.requestBody).toMatchObject({
    content: {
      'application/json': {
        schema: {
          required: ['label'],
          properties: {
            label: { type: 'string', minLength: 1, maxLength: 100 },
            sub_org_id: expect.anything(),
            expires_in_days: expect.anything(),
          },
        },
      },
    },
  });
});

test('openApiDocument() names the records that answers share, each once', () => {
  const text = JSON.stringify(document);
  expect(text).not.toContain('$defs');
  for (const name of ['ApiKey', 'Asset', 'Job', 'Webhook', 'ServiceAccount', 'SubOrg']) {
    expect([name, text.includes(`"#/components/schemas/${name}"`)]).toEqual([name, true]);
  }
});
