import { Hono } from 'hono';
import { addressAllowed } from '../../core/mod.ts';
import { isForwarded } from '../demo-mode/guard.ts';
import { allowOnly } from '../rest/allow-only.ts';
import type { AppEnvironment } from '../rest/request-context.ts';

/** Loopback and private networks, the usual place of a private Prometheus. */
const near = ['127.0.0.0/8', '::1', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

/**
 * For the operator: liveness, readiness and metrics. The metrics are not for customers: only a near
 * peer gets them, and never through a proxy.
 */
export function observabilityRoutes(parts: {
  readonly metrics: () => Promise<string>;
  /** Rejects when the database cannot be asked. */
  readonly ping: () => Promise<void>;
  /** Whether the database was restored, and the operator has not accepted that yet. */
  readonly isRestored: () => boolean | Promise<boolean>;
}): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      try {
        await parts.ping();
        const isRestored = await parts.isRestored();
        return c.json({ status: 'ready', ...(isRestored ? { restored: true } : {}) });
      } catch {
        return c.json({ detail: 'The database cannot be reached' }, 503, { 'Retry-After': '1' });
      }
    })
    .get('/metrics', async (c) => {
      const peer = c.env.incoming.socket.remoteAddress;
      if (isForwarded(c.env.incoming.headers) || !addressAllowed(near, peer)) return c.notFound();
      const text = await parts.metrics();
      return c.body(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
    });
  for (const path of ['/healthz', '/readyz', '/metrics']) allowOnly(app, path, ['GET']);
  return app;
}
