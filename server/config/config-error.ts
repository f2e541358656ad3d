/** A setting is wrong. The message is one line for the operator, and contains no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * A setting with a value that is not accepted.
 *
 * @param variable - the environment variable.
 * @param got - the value, or its printable form: see `shown` and `masked`.
 * @param takes - the accepted form, to follow "it takes".
 */
export function wrong(variable: string, got: string, takes: string): ConfigError {
  return new ConfigError(`${variable} is ${got}: it takes ${takes}`);
}

/** A required setting that is absent. */
export function missing(variable: string, takes: string): ConfigError {
  return new ConfigError(`${variable} is not set: it takes ${takes}`);
}

const longestShown = 60;

/** A value on one line. One that looks like a secret in the wrong place is not shown. */
export function shown(value: string): string {
  if (/^(sk|whsec|rrk)_|^sk-ant-|-----BEGIN|:\/\/[^/]*@/.test(value.trim())) return masked(value);
  return quoted(value);
}

function quoted(value: string): string {
  return JSON.stringify(value.length > longestShown ? `${value.slice(0, longestShown)}…` : value);
}

/** The printable form of a secret: its length. */
export function masked(value: string): string {
  return `a value of ${value.length} characters`;
}

/** An address without its possible secrets: user information, query, anything unreadable. */
export function shownUrl(value: string): string {
  if (!URL.canParse(value)) return /^[\w./-]*$/.test(value) ? shown(value) : masked(value);
  const { protocol, username, password, host, pathname } = new URL(value);
  if (!value.startsWith(`${protocol}//`)) return quoted(`${protocol}…`);
  const user = username === '' && password === '' ? '' : '••••@';
  return quoted(`${protocol}//${user}${host}${pathname}`);
}
