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
  503: refusal('Temporarily unavailable'),
};
