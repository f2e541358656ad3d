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

const limits: Readonly<Record<string, string>> = {
  RateLimit: 'To a key: what remains of the limit with the fewest requests left, and for how long',
  'RateLimit-Policy': 'To a key: that limit, its own or the platform’s',
  'X-RepoRisk-Key-Expires': 'To a key that expires: when',
};

const replayed: Readonly<Record<string, string>> = {
  'Idempotent-Replayed': '`true` where the answer was given before',
};

/** The headers of a success; none where no key may call. */
export function answerHeaders({ access, once }: Pick<Operation, 'access' | 'once'>): Json {
  if (access.plane !== 'data') return {};
  const fields = { ...limits, ...(once === undefined ? {} : replayed) };
  const described = Object.entries(fields).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return { headers: Object.fromEntries(described) };
}

/** A part of an OpenAPI document. */
export type Json = Record<string, unknown>;

/** An error's response, by the name of its schema. */
export function refusal(description: string, name = 'Problem'): Json {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { description, content: { 'application/json': { schema } } };
}

/** The refusals that every call with a credential may answer. */
export const refusals: Record<number, Json> = {
  401: refusal('No valid credential'),
  403: refusal('Not permitted'),
  429: refusal('Rate limit exceeded'),
  500: refusal('A fault of the server; the request id is in `detail`'),
  503: refusal('Temporarily unavailable'),
};

/** Refusals of single operations. */
export const ownRefusals: Readonly<Record<string, Record<number, Json>>> = {
  'anthropicKey.set': {
    400: refusal('Anthropic refuses the key; the old one stays'),
    502: refusal('Anthropic cannot be reached; the old one stays'),
  },
};

/** The refusals of a request with a body. */
export const bodyRefusals: Record<number, Json> = {
  408: refusal('The body did not arrive in time'),
  413: refusal('The body is too large'),
  415: refusal('Another Content-Type is needed'),
};
