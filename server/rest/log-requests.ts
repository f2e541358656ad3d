import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Logger } from 'pino';
import type { AppEnvironment } from './request-context.ts';

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
