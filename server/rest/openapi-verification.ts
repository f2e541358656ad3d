import { z } from 'zod';
import { describedKey } from './data-plane.ts';
import { header, type Json, keyHeaders, refusal, refusals } from './openapi-answers.ts';
import { forwardAuthPath } from './request-target.ts';

const { $schema: _, ...describedKeySchema } = z.toJSONSchema(describedKey);

const identityHeaders: Json = {
  'X-RepoRisk-Org': header('The organization', '^[\\w.:-]+$', true),
  'X-RepoRisk-Sub-Org': header('The sub-org that the key is held to, or `-`', '^(-|\\d+)$', true),
  'X-RepoRisk-Key-Id': header('The key', '^key_\\w+$', true),
  'X-RepoRisk-Scopes': header(
    'Its scopes, separated by spaces; `*` for all built-in ones, `-` for none',
    '^(\\*|-|[\\w:*-]+( [\\w:*-]+)*)$',
    true,
  ),
  'X-RepoRisk-Environment': header('`live` or `test`', '^(live|test)$', true),
  'X-RepoRisk-Project': header('The project that the key is held to, or `-`', '^[\\w-]+$', true),
};

/** `/auth/verify` as a proxy asks it, by any method. */
function forwardAuth(operationId: string, description: string, parameters: Json[]): Json {
  return {
    get: {
      operationId,
      summary: 'For a proxy: whether to let a request through, and on whose behalf',
      description: `${description} Every method is answered alike; a body is not read.`,
      tags: ['key'],
      security: [{ apiKey: [] }],
      parameters,
      responses: {
        200: { description: 'The key may pass', headers: { ...identityHeaders, ...keyHeaders } },
        400: refusal('A dot segment or backslash in the path; a demand twice or malformed'),
        ...refusals,
      },
    },
  };
}

/**
 * The calls without an operation; see data-plane.ts and forward-auth.ts.
 *
 * @param scopes - those that can be demanded.
 */
export const verificationPaths = (scopes: readonly string[]): Record<string, Json> => ({
  '/api/v1/key': {
    get: {
      operationId: 'key.get',
      summary: 'What the API key is',
      tags: ['key'],
      security: [{ apiKey: [] }],
      responses: {
        200: {
          description: 'Success',
          headers: keyHeaders,
          content: { 'application/json': { schema: describedKeySchema } },
        },
        ...refusals,
        422: refusal('It takes no parameters', 'ValidationProblem'),
      },
    },
  },
  [forwardAuthPath]: forwardAuth(
    'key.verify',
    'Parameters add demands, and never take one away; others are ignored.',
    [
      {
        name: 'scope',
        in: 'query',
        description: 'A scope that the key must have',
        schema: { enum: scopes },
      },
      {
        name: 'sub_org_id',
        in: 'query',
        description: 'A sub-org within the reach of the key',
        schema: { type: 'integer', minimum: 1 },
      },
      {
        name: 'project_id',
        in: 'query',
        description:
          'The project that the request is about: a platform key that is held to a project passes only where it is named',
        schema: { type: 'string' },
      },
      {
        name: 'proxy',
        in: 'query',
        description:
          'nginx: any status but 2xx, 401 and 403 becomes 403, with the real one in X-RepoRisk-Status',
        schema: { enum: ['nginx'] },
      },
    ],
  ),
  [`${forwardAuthPath}/{path}`]: forwardAuth(
    'key.verifyPath',
    "For proxies that append their client's path (Envoy). The query counts for nothing.",
    [{ name: 'path', in: 'path', required: true, schema: { type: 'string' } }],
  ),
});
