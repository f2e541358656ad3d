import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { getCookie } from 'hono/cookie';
import { personas } from '../demo-mode/sessions.ts';
import type { AppEnvironment } from './request-context.ts';

/**
 * The page's own scripts and styles, nothing inline, nothing from elsewhere, no frames around it.
 * With Clerk also its script and its API, from the one host that the publishable key names; its
 * components would need inline styles, so the console signs in on Clerk's own page instead.
 *
 * Text becomes markup or a script by a Trusted Types policy only: the compiled templates' own, and with
 * Clerk the default one, which lets its script load (`console/session/clerk-scripts.ts`).
 */
function contentSecurityPolicy(clerk: string | null): string {
  const source = clerk === null ? '' : ` ${clerk}`;
  return [
    "default-src 'none'",
    `script-src 'self'${source}`,
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    `connect-src 'self'${source}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types reporisk-templates${source && ' default'}`,
  ].join('; ');
}

/** The origin of Clerk's script and API: the key is `pk_live_` and the base 64 of the host and `$`. */
function clerkOrigin(publishableKey: string | null): string | null {
  const encoded = publishableKey?.split('_')[2] ?? '';
  const host = Buffer.from(encoded, 'base64').toString().replace(/\$$/, '');
  return /^[a-z0-9.-]+$/.test(host) ? `https://${host}` : null;
}

/**
 * What the page's script will ask for first, as a `Link` header: the browser asks at once, while the
 * script is still on its way. The addresses are those of `console/session/`.
 *
 * @param persona - the demo's persona that the console remembers in a cookie.
 */
function firstRequests(clerk: string | null, persona: string | undefined): string {
  const asked = ['/console.json'];
  if (personas.some((each) => each === persona)) asked.push(`/demo/session?persona=${persona}`);
  return [
    ...asked.map((path) => `<${path}>; rel=preload; as=fetch; crossorigin`),
    ...(clerk === null ? [] : [`<${clerk}>; rel=preconnect; crossorigin`]),
  ].join(', ');
}

/** Where the console remembers the demo's persona: a name, no credential. */
const personaCookie = 'reporisk.persona';

/** Time for which a browser remembers that the console is behind https: a year. */
const hstsSeconds = 31_536_000;

/**
 * Serves the built console: hashed assets are immutable, the page itself is revalidated.
 *
 * @param isDemo - whether the demo's personas sign in, not Clerk's users.
 */
export function consoleRoutes(
  folder: string,
  { isDemo, publishableKey }: { isDemo: boolean; publishableKey: string | null },
): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  if (!existsSync(join(folder, 'index.html'))) return app;
  const clerk = clerkOrigin(publishableKey);
  const policy = contentSecurityPolicy(clerk);
  // Nothing here is secret, so compressing it reveals nothing.
  app.use(compress());
  app.use(async (c, next) => {
    await next();
    if (!c.res.ok) return;
    c.header('Content-Security-Policy', policy);
    if (c.res.headers.get('Content-Type')?.startsWith('text/html')) {
      const persona = isDemo ? getCookie(c, personaCookie) : undefined;
      c.header('Link', firstRequests(clerk, persona));
      c.header('Vary', 'Cookie', { append: true });
    }
    c.header('Referrer-Policy', 'no-referrer');
    // A page that opened this one gets no handle to it. Signing in opens no window that needs one:
    // it is a redirect, and the renewal a separate tab.
    c.header('Cross-Origin-Opener-Policy', 'same-origin');
    if (c.env.exchange.ownOrigin().startsWith('https:')) {
      c.header('Strict-Transport-Security', `max-age=${hstsSeconds}`);
    }
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-cache');
  });
  app.get('/assets/*', async (c, next) => {
    await next();
    if (c.res.ok) c.header('Cache-Control', 'public, max-age=31536000, immutable');
  });
  app.get('*', serveStatic({ root: folder }));
  // A page of an earlier build asks for a removed asset: it must not get another page instead.
  app.get('/assets/*', (c) => c.json({ detail: 'Not Found' }, 404));
  // A page is for a browser, and only where the console has one: a page under any path would be a 2xx
  // for a proxy that asks for permission under a misspelt one.
  const section = '/settings/:section{[\\w-]+}';
  const pages = ['/settings', '/settings/', section, `${section}/`, `${section}/:record{[\\w-]+}`];
  app.on('GET', pages, (c, next) =>
    c.req.header('accept')?.includes('text/html') ? next() : c.json({ detail: 'Not Found' }, 404),
  );
  app.on('GET', pages, serveStatic({ root: folder, path: 'index.html' }));
  return app;
}
