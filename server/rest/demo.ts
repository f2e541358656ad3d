import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { demoRefusal } from '../demo-mode/guard.ts';
import type { DemoIdentityProvider } from '../demo-mode/sessions.ts';
import { personas } from '../demo-mode/sessions.ts';
import { Problem } from '../wire/problem.ts';
import { parseInput } from '../wire/validation.ts';
import { allowOnly } from './allow-only.ts';
import type { BodyBudgets } from './body-budget.ts';
import { bodyInput, queryOf } from './input.ts';
import { answerTo, problemResponse } from './problem-response.ts';
import type { AppEnvironment } from './request-context.ts';

const input = z.strictObject({ persona: z.enum(personas) });

/** Demo mode: refuses requests from other machines, and signs personas in. */
export function demoRoutes(demo: DemoIdentityProvider, bodies: BodyBudgets): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  app.use((c, next) => {
    const refusal = demoRefusal(c.env.incoming.headers);
    return refusal === null ? next() : Promise.resolve(c.json({ detail: refusal }, 403));
  });
  const signIn = async (c: Context<AppEnvironment>, part: 'query' | 'body') => {
    try {
      // A page of another origin can make a browser send a form, but not JSON without a preflight.
      const origin = c.req.header('origin');
      if (origin !== undefined && origin !== c.env.exchange.ownOrigin()) {
        throw new Problem(403, 'Demo mode signs in from its own page only');
      }
      using share = bodies.strangers();
      const given = part === 'query' ? queryOf(c.req.url) : await bodyInput(c.env.incoming, share);
      const { token, expiresAt } = demo.issue(parseInput(input, given).persona);
      return c.json({ token, expires_at: expiresAt.toISOString() });
    } catch (error) {
      return problemResponse(answerTo(error, c.env.exchange.requestId, (path) => [part, ...path]));
    }
  };
  // The console's way: its page names the address, and the browser asks before any script runs.
  app.get('/demo/session', (c) => signIn(c, 'query'));
  app.post('/demo/session', (c) => signIn(c, 'body'));
  allowOnly(app, '/demo/session', ['GET', 'POST']);
  return app;
}
