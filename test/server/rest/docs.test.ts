import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { routesOf } from '../../../server/rest/dialects/routes.ts';
import { schemaText } from '../../../server/rest/docs/schema-text.ts';
import { openApiDocument } from '../../../server/rest/openapi.ts';
import { reporiskRoutes } from '../../../server/rest/reporisk.ts';
import { startServerOn } from '../../support/server.ts';

const document = openApiDocument(reporiskRoutes);
const ofAllDialects = openApiDocument(routesOf(['reporisk', 'platform', 'repurai']));

/** The findings of a linter with its strictest rules. */
async function findings(described: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const source = JSON.stringify(described);
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

test('openApiDocument() is linted without findings', async () => {
  expect(await findings(document)).toEqual([]);
  expect(await findings(ofAllDialects)).toEqual([]);
});

test('the linter finds what a description lacks', async () => {
  expect(await findings({ ...document, servers: [] })).toHaveLength(1);
});

test('GET /docs shows every call of the document, without a script', async () => {
  await using server = await startServerOn('sqlite');
  const response = await server.fetch('/docs');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'; style-src 'self';");
  const page = await response.text();
  expect(page).not.toContain('<script');
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  expect(reporiskRoutes.filter(({ operation }) => !ids.has(operation.name))).toEqual([]);
  const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((id) => !ids.has(id))).toEqual([]);
  const style = await server.fetch('/docs/style.css');
  expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect((await server.fetch('/docs', { method: 'POST' })).status).toBe(405);
});

test.each([
  [{ type: ['string', 'null'] }, 'string | null'],
  [
    { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
    '(string | null)[]',
  ],
  [{ enum: ['a', 'b'] }, '"a" | "b"'],
  [{ $ref: '#/components/schemas/Problem' }, 'Problem'],
  [{}, 'any'],
  [
    {
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
        label: { type: 'string', minLength: 1, maxLength: 100 },
        limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
      },
    },
    '{\n  id: integer\n  label?: string // 1 to 100 characters\n  limit?: integer // 1 to 100; 50 when absent\n}',
  ],
])('schemaText(%j) reads as a type', (schema, text) => {
  expect(schemaText(schema)).toBe(text);
});
