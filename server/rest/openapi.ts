import { builtInScopes } from '../../core/policy/scopes.ts';
import type { Access } from '../operations/access.ts';
import { exportAuditLog } from '../operations/audit-log/export.ts';
import {
  answerHeaders,
  bodyRefusals,
  idempotencyKeyParameter,
  type Json,
  ownRefusals,
  refusal,
  refusals,
} from './openapi-answers.ts';
import { jsonSchema, plainSchema, type Schemas } from './openapi-schemas.ts';
import { verificationPaths } from './openapi-verification.ts';
import { webhookMessages } from './openapi-webhooks.ts';
import { parameterNames, type Route } from './route.ts';

/**
 * The OpenAPI 3.1 description of the REST API, generated from the operations.
 *
 * @param extraScopes - the names of the scopes of embedding services.
 */
export function openApiDocument(
  routes: readonly Route[],
  extraScopes: readonly string[] = [],
): Json {
  const schemas: Schemas = new Map();
  const scopes = [...new Set([...builtInScopes, ...extraScopes])];
  const paths: Record<string, Json> = verificationPaths(scopes);
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describe(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'RepoRisk API',
      version: 'v1',
      description: 'Whether a repository or an extension is safe to run.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    paths,
    webhooks: webhookMessages((schema) => jsonSchema(schema, 'output', schemas)),
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: rrk_live_…' },
        ...(routes.some(({ form }) => form?.dialect === 'repurai') && { repuraiKey }),
        session: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A Clerk session token. An impersonated one (with an `act` claim) reads, and takes away',
        },
      },
      schemas: {
        ...{ Problem: problem, ValidationProblem: validationProblem },
        ...Object.fromEntries([...schemas.set('Scope', scopeSchema(scopes))].sort()),
      },
    },
  };
}

const repuraiKey: Json = {
  ...{ type: 'apiKey', in: 'header', name: 'X-API-Key' },
  description: 'A key of the repurai dialect: rep_…',
};

function scopeSchema(scopes: readonly string[]): Json {
  return {
    ...{ type: 'string', enum: scopes },
    description:
      'A key of RepoRisk takes the first five, and those that embedding services have; a platform key the others',
  };
}

const problem: Json = {
  type: 'object',
  required: ['detail'],
  properties: { detail: { type: 'string' } },
};

const validationProblem: Json = {
  type: 'object',
  required: ['detail'],
  properties: {
    detail: {
      type: 'array',
      items: {
        type: 'object',
        required: ['loc', 'msg', 'type'],
        properties: {
          loc: { type: 'array', items: { type: ['string', 'integer'] } },
          msg: { type: 'string' },
          type: { type: 'string' },
          ctx: { type: 'object' },
        },
      },
    },
  },
};

function describe(route: Route, schemas: Schemas): Json {
  const { operation, form } = route;
  const input =
    form === undefined
      ? jsonSchema(operation.input, 'input', schemas)
      : plainSchema(form.members, 'input');
  const properties = (input.properties ?? {}) as Record<string, Json>;
  const required = new Set((input.required ?? []) as string[]);
  const inPath = parameterNames(route.path);
  const others = Object.entries(properties).filter(([name]) => !inPath.includes(name));
  const parameters = [
    ...inPath.map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: properties[name] ?? (form === undefined ? {} : { type: 'string' }),
    })),
    ...(route.source === 'query'
      ? others.map(([name, schema]) => ({
          name,
          in: 'query',
          required: required.has(name),
          schema,
        }))
      : []),
    ...(operation.once === undefined ? [] : [idempotencyKeyParameter]),
  ];
  return {
    operationId: form === undefined ? operation.name : `${form.dialect}.${operation.name}`,
    summary: operation.summary,
    tags: [operation.name.split('.')[0]],
    security: form?.dialect === 'repurai' ? [{ repuraiKey: [] }] : security(operation.access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.source === 'query' ? {} : requestBody(route, others, required, schemas)),
    responses: responses(route, schemas),
  };
}

function requestBody(
  route: Route,
  members: [string, Json][],
  required: Set<string>,
  schemas: Schemas,
): Json {
  if (route.raw !== undefined) {
    const schema = jsonSchema(route.raw.body, 'input', schemas);
    return { requestBody: { required: true, content: { 'application/json': { schema } } } };
  }
  if (members.length === 0) return {};
  if (route.source === 'multipart') {
    const file = { type: 'string', contentMediaType: 'application/octet-stream' };
    const schema = {
      type: 'object',
      required: ['file'],
      properties: { ...Object.fromEntries(members), file },
      additionalProperties: false,
    };
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
  }
  const needed = members.map(([name]) => name).filter((name) => required.has(name));
  const schema = {
    type: 'object',
    required: needed,
    properties: Object.fromEntries(members),
    additionalProperties: false,
  };
  // No body is an empty object.
  return {
    requestBody: { required: needed.length > 0, content: { 'application/json': { schema } } },
  };
}

function responses(route: Route, schemas: Schemas): Json {
  const { form, operation } = route;
  const schema =
    form === undefined
      ? jsonSchema(operation.output, 'output', schemas)
      : plainSchema(form.body, 'output');
  const content =
    route.operation.name === exportAuditLog.name
      ? { 'application/x-ndjson': {}, 'text/csv': {} }
      : { 'application/json': { schema } };
  return {
    [route.status]:
      route.status === 204
        ? { description: 'Done' }
        : { description: 'Success', ...answerHeaders(route.operation), content },
    ...refusals,
    ...(parameterNames(route.path).length > 0 ? { 404: refusal('Not found') } : {}),
    ...(route.operation.kind === 'query' ? {} : { 409: refusal(conflict(route.operation)) }),
    ...(route.source === 'query' ? {} : bodyRefusals),
    ...ownRefusals[route.operation.name],
    422: refusal('A field breaks a rule', 'ValidationProblem'),
  };
}

function conflict({ once }: Route['operation']): string {
  const forbidden = 'The present state forbids it';
  return once === undefined
    ? forbidden
    : `A request with this Idempotency-Key is in progress. ${forbidden}: live submissions need a working Anthropic key`;
}

function security(access: Access): Json[] {
  if (access.plane === 'anyone') return [];
  return access.plane === 'data' ? [{ apiKey: [] }, { session: [] }] : [{ session: [] }];
}
