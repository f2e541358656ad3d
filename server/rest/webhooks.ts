import { Hono } from 'hono';
import type { createClerkWebhooks } from '../sessions/clerk-webhooks.ts';
import { allowOnly } from './allow-only.ts';
import { bodyLimit, readBody } from './input.ts';
import type { AppEnvironment } from './request-context.ts';

export type ClerkWebhooks = ReturnType<typeof createClerkWebhooks>;

/** Where Clerk tells of organizations, members and users. */
export function webhookRoutes(clerk: ClerkWebhooks): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  app.post('/webhooks/clerk', async (c) => {
    const body = new TextDecoder().decode(await readBody(c.req.raw, bodyLimit));
    const answer = await clerk.receive({ headers: c.req.raw.headers, body });
    if (answer.status === 400) return c.json({ detail: answer.detail }, 400);
    return c.json({ outcome: answer.outcome });
  });
  allowOnly(app, '/webhooks/clerk', ['POST']);
  return app;
}
