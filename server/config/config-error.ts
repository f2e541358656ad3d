/** A setting is wrong. The message is one line for the operator, and tells no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * A setting with a value that it does not take.
 *
 * @param variable - the environment variable.
 * @param got - the value, or what may be told of it: see `shown` and `masked`.
 * @param takes - what it takes, to follow "it takes".
 */
export function wrong(variable: string, got: string, takes: string): ConfigError {
  return new ConfigError(`${variable} is ${got}: it takes ${takes}`);
}

/** A setting that is needed and was not given. */
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

/** What may be told of a secret. */
export function masked(value: string): string {
  return `a value of ${value.length} characters`;
}

/** An address without what may be secret in it: user information, query, anything unreadable. */
export function shownUrl(value: string): string {
  if (!URL.canParse(value)) return /^[\w./-]*$/.test(value) ? shown(value) : masked(value);
  const { protocol, username, password, host, pathname } = new URL(value);
  if (!value.startsWith(`${protocol}//`)) return quoted(`${protocol}…`);
  const user = username === '' && password === '' ? '' : '••••@';
  return quoted(`${protocol}//${user}${host}${pathname}`);
}
