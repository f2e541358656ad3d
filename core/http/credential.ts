/**
 * A request of Node's HTTP server, also Express's; of Fastify's requests, `request.raw`. Its plain
 * `headers` have dropped a repeated `Authorization`, so they are not read.
 */
export interface NodeRequest {
  /** Every value of each header, by its name in lower case. */
  readonly headersDistinct: Readonly<Record<string, readonly string[] | undefined>>;
  /** The HTTP method. */
  readonly method?: string | undefined;
}

/** The sources of a request's headers. */
export type HeaderSource = Request | Headers | NodeRequest;

/** The credential of a request: none, one that cannot be a key, or one bearer token. */
export type Credential =
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'bearer'; readonly token: string };

const missing: Credential = Object.freeze({ kind: 'missing' });
const invalid: Credential = Object.freeze({ kind: 'invalid' });

// RFC 6750, section 2.1, with RFC 9110, section 11.4: a scheme in any case, spaces, a token68. It
// holds no comma, by which the Fetch standard joins the values of a repeated header.
const bearer = /^bearer +([\w\-.~+/]+=*)$/i;

/**
 * Reads the credential of a request: `Authorization: Bearer KEY`. An `X-API-Key` header is no
 * credential here, but where it differs from the bearer token, or is repeated, the client's meaning
 * is unclear, and the credential is invalid.
 *
 * @param source - a request or its headers. A repeated `Authorization` is invalid.
 * @returns the credential; never throws.
 * @example
 * ```ts
 * import { credentialFrom } from '@reporisk/api-access/core';
 * credentialFrom(new Headers({ Authorization: 'Bearer abc' })); // { kind: 'bearer', token: 'abc' }
 * credentialFrom(new Headers({ Authorization: 'Basic abc' })); // { kind: 'invalid' }
 * credentialFrom(new Headers()); // { kind: 'missing' }
 * ```
 */
export function credentialFrom(source: HeaderSource): Credential {
  const authorization = headerOf(source, 'authorization');
  const other = headerOf(source, 'x-api-key');
  if (other?.includes(',')) return invalid;
  if (authorization === null) return missing;
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined || (other !== null && other !== token)) return invalid;
  return { kind: 'bearer', token };
}

/** A header's value; of a repeated one, its values joined as Fetch joins them. */
export function headerOf(source: HeaderSource, name: string): string | null {
  if ('headersDistinct' in source) return source.headersDistinct[name]?.join(', ') ?? null;
  return ('headers' in source ? source.headers : source).get(name);
}
