/** The path by which proxies ask whether a request may pass. */
export const forwardAuthPath = '/auth/verify';

/** Scheme and authority of the absolute form (RFC 9112, section 3.2.2). */
const origin = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/**
 * The path of a request target as it was sent. A normalized URL has its dot segments resolved, and
 * a crafted `Host` can put another path in front.
 *
 * @param target - `IncomingMessage.url`.
 * @returns the part before the first `?`; it always begins with a slash.
 */
export function rawPath(target: string): string {
  const local = target.startsWith('/') ? target : target.replace(origin, '');
  const query = local.indexOf('?');
  const path = query === -1 ? local : local.slice(0, query);
  return path.startsWith('/') ? path : `/${path}`;
}

/**
 * The path by which the app routes a request: the raw one. All targets that begin with `/auth/verify`
 * are one route: a proxy appends its client's path, and takes any 2xx as permission.
 */
export function routedPath(target: string): string {
  const path = rawPath(target);
  return path.startsWith(forwardAuthPath) ? forwardAuthPath : path;
}

/** Whether a path holds a dot segment or a backslash once its percent-encoding is undone. */
export function hasDotSegment(path: string): boolean {
  let text = path;
  for (let times = 0; times < 3 && text.includes('%'); times++) {
    text = text.replace(/%[\da-f]{2}/gi, (byte) =>
      String.fromCharCode(Number.parseInt(byte.slice(1), 16)),
    );
  }
  return /\\|\/\.\.?(?:[/?#]|$)/.test(text);
}
