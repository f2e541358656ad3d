import { credentialFrom } from '../../core/mod.ts';

/** What a request presents: nothing, something unusable, a bearer token, or the session cookie. */
export type SessionCredential =
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'cookie'; readonly token: string };

/** Which pages may act with the cookie. */
export interface CookieRules {
  /** Origins of the console and other allowed pages, for example `https://app.example.com`. */
  readonly authorizedParties?: readonly string[];
  /**
   * The origin under which the client reached this server. Behind a proxy it is not that of
   * `request.url`, and a header may only tell it when the proxy is trusted.
   */
  readonly ownOrigin: () => string;
}

/**
 * Reads a request's credential. The `__session` cookie counts only where neither `Authorization` nor
 * `X-API-Key` is present, and, because a browser sends it on behalf of any page, only on GET and
 * HEAD or from an origin that is known.
 *
 * @returns what was presented; never throws.
 */
export function sessionCredentialFrom(request: Request, rules: CookieRules): SessionCredential {
  const { headers, method } = request;
  if (headers.has('authorization') || headers.has('x-api-key')) return credentialFrom(headers);
  const token = sessionCookie(headers.get('cookie') ?? '');
  if (token === null) return { kind: 'missing' };
  if (token === 'ambiguous') return { kind: 'invalid' };
  const isSafe = method === 'GET' || method === 'HEAD';
  if (!isSafe && !isKnownOrigin(headers.get('origin'), rules)) return { kind: 'invalid' };
  return { kind: 'cookie', token };
}

/**
 * Whether a bearer token is a session token rather than an API key: a JWT has exactly two dots, a
 * key none.
 */
export function isSessionToken(token: string): boolean {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  return first !== -1 && second !== -1 && token.indexOf('.', second + 1) === -1;
}

function isKnownOrigin(origin: string | null, rules: CookieRules): boolean {
  // Sandboxed frames and some redirects say `null`, which is no origin.
  if (origin === null || origin === 'null') return false;
  return origin === rules.ownOrigin() || (rules.authorizedParties ?? []).includes(origin);
}

/** Two different cookies of one name mean that some other subdomain set one: trust neither. */
function sessionCookie(header: string): string | 'ambiguous' | null {
  const values = new Set(
    header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith('__session='))
      .map((pair) => pair.slice('__session='.length))
      .filter((value) => value !== ''),
  );
  const [value = null] = values;
  return values.size > 1 ? 'ambiguous' : value;
}
