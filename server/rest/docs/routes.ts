import { Hono } from 'hono';
import { allowOnly } from '../allow-only.ts';
import { acceptsGzip, compressed, type SentBody } from '../compress.ts';
import type { AppEnvironment } from '../request-context.ts';
import { type Described, docsPage } from './page.ts';
import { docsStyle } from './style.ts';

/** The page's own style sheet and nothing else: it has no script. */
const policy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * The description of the API: as data at `/openapi.json`, to be read at `/docs`. Each is made once, and
 * the page when it is first asked for.
 *
 * @param document - OpenAPI 3.1 as JSON.
 */
export function docsRoutes(document: string): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  const page = async () => String(await docsPage(JSON.parse(document) as Described));
  const texts: Readonly<Record<string, [type: string, text: () => Promise<string>]>> = {
    '/openapi.json': ['application/json', async () => document],
    '/docs': ['text/html; charset=utf-8', page],
    '/docs/style.css': ['text/css; charset=utf-8', async () => docsStyle],
  };
  for (const [path, [type, text]] of Object.entries(texts)) {
    const made = new Map<string | null, Promise<SentBody>>();
    app.get(path, async (c) => {
      const coding = acceptsGzip(c.req.header('accept-encoding') ?? null) ? 'gzip' : null;
      const sent = made.get(coding) ?? text().then((each) => compressed(each, coding));
      made.set(coding, sent);
      const { body, headers } = await sent;
      const fields = { 'Content-Type': type, 'Content-Security-Policy': policy, ...headers };
      return c.body(body, 200, { ...fields, 'Referrer-Policy': 'no-referrer' });
    });
    allowOnly(app, path, ['GET']);
  }
  return app;
}
