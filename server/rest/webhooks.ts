import { Hono } from 'hono';
import { type createClerkWebhooks, invalidSignature } from '../clerk/clerk-webhooks.ts';
import { allowOnly } from './allow-only.ts';
import type { BodyBudgets } from './body-budget.ts';
import { bodyLimit, readBody, unread } from './input.ts';
import type { AppEnvironment } from './request-context.ts';

export type ClerkWebhooks = ReturnType<typeof createClerkWebhooks>;

/** The endpoint for Clerk's webhooks about organizations, members and users. */
export function webhookRoutes(clerk: ClerkWebhooks, bodies: BodyBudgets): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  app.post('/webhooks/clerk', async (c) => {
    const { headers } = c.req.raw;
    if (!clerk.maySign(headers)) {
      return c.json({ detail: invalidSignature.detail }, invalidSignature.status, unread);
    }
    using share = bodies.strangers();
    const body = new TextDecoder().decode(await readBody(c.env.incoming, bodyLimit, share));
    const answer = await clerk.receive({ headers, body });
    if (answer.status === 400) return c.json({ detail: answer.detail }, 400);
    return c.json({ outcome: answer.outcome });
  });
  allowOnly(app, '/webhooks/clerk', ['POST']);
  return app;
}
