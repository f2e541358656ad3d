/**
 * A response that `@hono/node-server` writes as it stands: of a text or bytes, with headers in a plain
 * object. A `Headers` in its place costs several microseconds.
 */
export function respond(
  body: string | Uint8Array<ArrayBuffer> | null,
  status: number,
  headers: Readonly<Record<string, string>>,
): Response {
  return new Response(body, { status, headers });
}

/** The same for a value, as JSON. */
export function respondJson(
  value: unknown,
  status: number,
  headers: Readonly<Record<string, string>>,
): Response {
  return respond(JSON.stringify(value), status, { ...json, ...headers });
}

/** The content type of JSON. */
export const json = { 'Content-Type': 'application/json' };
