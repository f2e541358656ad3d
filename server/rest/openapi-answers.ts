import type { Operation } from '../operations/operation.ts';

/** The field that makes a submission repeatable. */
export const idempotencyKeyParameter: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes the submission once: for 24 hours, the same request of the same caller with the same key gets the first 202 again, to the byte. 409 while the first is under way, 422 for another body',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** A header of an answer, by the form of its value. */
export function header(description: string, pattern: string, required = false): Json {
  return { description, ...(required && { required }), schema: { type: 'string', pattern } };
}

/** The headers of an answer to a key that is accepted. */
export const keyHeaders: Json = {
  RateLimit: header(
    'To a key: what remains of the limit with the fewest requests left, and for how long',
    '^"(key|platform)";r=\\d+;t=\\d+$',
  ),
  'RateLimit-Policy': header(
    'To a key: that limit, its own or the platform’s',
    '^"(key|platform)";q=\\d+;w=\\d+$',
  ),
  'X-RepoRisk-Key-Expires': header(
    'To a key that expires: when',
    '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
  ),
};

const replayed: Json = {
  'Idempotent-Replayed': header('`true` where the answer was given before', '^true$'),
};

/** The headers of a success; none where no key may call. */
export function answerHeaders({ access, once }: Pick<Operation, 'access' | 'once'>): Json {
  if (access.plane !== 'data') return {};
  return { headers: { ...keyHeaders, ...(once === undefined ? {} : replayed) } };
}

/** A part of an OpenAPI document. */
export type Json = Record<string, unknown>;

/** An error's response, by the name of its schema. */
export function refusal(description: string, name = 'Problem'): Json {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { description, content: { 'application/json': { schema } } };
}

const retryAfter: Json = { 'Retry-After': header('Seconds to wait', '^\\d+$', true) };

/** The refusals that every call with a credential may answer. */
export const refusals: Record<number, Json> = {
  401: {
    ...refusal('No valid credential'),
    headers: { 'WWW-Authenticate': header('The scheme', '^Bearer$', true) },
  },
  403: {
    ...refusal('Not permitted'),
    headers: {
      'WWW-Authenticate': header(
        'To a key that lacks a scope: which one',
        '^Bearer error="insufficient_scope"(, scope="[\\w:* -]+")?$',
      ),
    },
  },
  429: { ...refusal('Rate limit exceeded'), headers: retryAfter },
  500: refusal('A fault of the server; the request id is in `detail`'),
  503: { ...refusal('Temporarily unavailable'), headers: retryAfter },
};

const noAnthropicKey = { 404: refusal('There is no Anthropic key') };

/** Refusals of single operations. */
export const ownRefusals: Readonly<Record<string, Record<number, Json>>> = {
  'anthropicKey.set': {
    400: refusal('Anthropic refuses the key; the old one stays'),
    502: refusal('Anthropic cannot be reached; the old one stays'),
  },
  'anthropicKey.check': noAnthropicKey,
  'anthropicKey.remove': noAnthropicKey,
};

/** The refusals of a request with a body. */
export const bodyRefusals: Record<number, Json> = {
  408: refusal('The body did not arrive in time'),
  413: refusal('The body is too large'),
  415: refusal('Another Content-Type is needed'),
};
