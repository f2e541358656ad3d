import { z } from 'zod';
import { builtInScopes } from '../../core/policy/scopes.ts';
import { describedKey } from './data-plane.ts';
import { type Json, refusal, refusals } from './openapi-answers.ts';
import { forwardAuthPath } from './request-target.ts';

const { $schema: _, ...describedKeySchema } = z.toJSONSchema(describedKey);

const identityHeaders: Record<string, string> = {
  'X-RepoRisk-Org': 'The organization',
  'X-RepoRisk-Sub-Org': 'The sub-org that the key is held to, or `-`',
  'X-RepoRisk-Key-Id': 'The key',
  'X-RepoRisk-Scopes': 'Its scopes, separated by spaces; `*` for all, `-` for none',
  'X-RepoRisk-Environment': '`live` or `test`',
  'X-RepoRisk-Project': 'The project that the key is held to, or `-`',
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
        200: {
          description: 'The key may pass',
          headers: Object.fromEntries(
            Object.entries(identityHeaders).map(([name, meaning]) => [
              name,
              { description: meaning, required: true, schema: { type: 'string' } },
            ]),
          ),
        },
        400: refusal('A dot segment or backslash in the path; a demand twice or malformed'),
        ...refusals,
      },
    },
  };
}

/** The calls without an operation; see data-plane.ts and forward-auth.ts. */
export const verificationPaths: Record<string, Json> = {
  '/api/v1/key': {
    get: {
      operationId: 'key.get',
      summary: 'What the API key is',
      tags: ['key'],
      security: [{ apiKey: [] }],
      responses: {
        200: {
          description: 'Success',
          content: { 'application/json': { schema: describedKeySchema } },
        },
        ...refusals,
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
        schema: { enum: [...new Set(builtInScopes)] },
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
};
