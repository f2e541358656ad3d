import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { AppEnvironment } from '../rest/request-context.ts';
import { errorText, placesOf } from './error-text.ts';

/**
 * The properties of an error that are logged besides its message: names and codes. Its other
 * properties may hold values.
 */
const told = [
  ...['code', 'errno', 'syscall', 'address', 'port', 'status'],
  ...['severity', 'schema', 'table', 'column', 'constraint', 'routine'],
];

/** Causes of causes that are logged; an error may be its own cause. */
const maxDepth = 5;

/**
 * Makes the log: JSON lines on standard output, or on `destination`. The server makes no other:
 * values of a row that an error's properties or a database's message repeat stay out of the log.
 */
export function createLogger(
  options: Pick<LoggerOptions, 'level'>,
  destination?: DestinationStream,
): Logger {
  const settings = { ...options, serializers: { err: errorRecord } };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

function errorRecord(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  if (depth > maxDepth) return error.name;
  const properties = Object.entries(error).filter(([name]) => told.includes(name));
  const next = (cause: unknown) => errorRecord(cause, depth + 1);
  return {
    type: error.constructor.name,
    message: errorText(error),
    stack: placesOf(error),
    ...Object.fromEntries(properties),
    ...(error.cause === undefined ? {} : { cause: next(error.cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(next) } : {}),
  };
}

/**
 * One line per request. The route's pattern stands for the path, and nothing of headers, query or
 * body is logged: a client may have put a key anywhere.
 */
export function logRequests(logger: Logger): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    logger.info(
      {
        requestId: c.get('requestId'),
        method: c.req.method,
        route: routePath(c),
        status: c.res.status,
        durationMs: Math.round((performance.now() - started) * 10) / 10,
        address: c.get('address'),
      },
      'request',
    );
  };
}
