import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { AppEnvironment } from './request-context.ts';

/** The page's own scripts and styles, nothing inline, nothing from elsewhere, no frames around it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the built console: hashed assets for ever, the page itself always anew. */
export function consoleRoutes(folder: string): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  if (!existsSync(join(folder, 'index.html'))) return app;
  app.use(async (c, next) => {
    await next();
    c.header('Content-Security-Policy', contentSecurityPolicy);
    c.header('Referrer-Policy', 'no-referrer');
    c.header('Cache-Control', 'no-cache');
  });
  app.get('/assets/*', async (c, next) => {
    await next();
    if (c.res.ok) c.header('Cache-Control', 'public, max-age=31536000, immutable');
  });
  app.get('*', serveStatic({ root: folder }));
  // Any other page is the console's own: it shows what belongs there.
  app.get('*', serveStatic({ root: folder, path: 'index.html' }));
  return app;
}
