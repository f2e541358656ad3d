import type { Hono } from 'hono';
import type { AppEnvironment } from './request-context.ts';
import type { Route } from './route.ts';

/** Routes grouped by path, in their order. */
export function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const groups = new Map<string, Route[]>();
  for (const route of routes) groups.set(route.path, [...(groups.get(route.path) ?? []), route]);
  return groups;
}

/**
 * Answers every other method on a path with 405 and the list of its methods. Registered after the
 * path's own methods; no credential is read before it.
 */
export function allowOnly(
  app: Hono<AppEnvironment>,
  path: string,
  methods: readonly string[],
): void {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  app.all(path, (c) => c.json({ detail: 'Method Not Allowed' }, 405, { Allow: allow.join(', ') }));
}
