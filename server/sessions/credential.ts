import { type Credential, credentialFrom } from '../../core/mod.ts';

/** A request's credential: none, an unusable one, a bearer token, or the session cookie. */
export type SessionCredential =
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'cookie'; readonly token: string };

/** Origins that may use the cookie. */
export interface CookieRules {
  /** Origins of the console and other allowed pages, for example `https://app.example.com`. */
  readonly authorizedParties?: readonly string[];
  /**
   * The origin under which the client reached this server. Behind a proxy it differs from that of
   * `request.url`, and a header may supply it only when the proxy is trusted.
   */
  readonly ownOrigin: () => string;
}

/**
 * Reads a request's credential. The `__session` cookie counts only where neither `Authorization`
 * nor `X-API-Key` is present. Because a browser sends it on behalf of any page, it also counts only
 * on GET and HEAD or from a known origin.
 *
 * @returns the credential; never throws.
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
 * Reads the credential of a dialect that presents its keys as `X-API-Key`. A bearer token beside it must
 * be the same.
 */
export function apiKeyCredentialFrom({ headers }: Request): Credential {
  const key = headers.get('x-api-key');
  if (key === null) return { kind: 'missing' };
  const beside = headers.has('authorization') ? credentialFrom(headers) : null;
  const isClear = /^[\w\-.~+/]+=*$/.test(key) && (beside === null || beside.kind === 'bearer');
  return isClear ? { kind: 'bearer', token: key } : { kind: 'invalid' };
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
  // Sandboxed frames and some redirects send `null`, which is not an origin.
  if (origin === null || origin === 'null') return false;
  return origin === rules.ownOrigin() || (rules.authorizedParties ?? []).includes(origin);
}

/** Two different cookies with one name mean that another subdomain set one: neither is trusted. */
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
