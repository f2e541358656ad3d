import type { HttpBindings } from '@hono/node-server';
import type { Tracer } from '@opentelemetry/api';
import { Hono } from 'hono';
import type { Environment, Verifier } from '../core/mod.ts';
import { createIdRandomness } from './crypto/id-randomness.ts';
import type { DemoIdentityProvider } from './demo-mode/sessions.ts';
import { logRequest } from './observability/logger.ts';
import { observabilityRoutes } from './observability/routes.ts';
import { traceRequests } from './observability/tracing.ts';
import type { Services } from './operations/operation.ts';
import type { RateLimits } from './rate-limits/rate-limits.ts';
import { allowOnly, byPath } from './rest/allow-only.ts';
import { createAuthenticate, limitUnsigned } from './rest/authenticate.ts';
import { createBodyBudgets } from './rest/body-budget.ts';
import { consoleRoutes } from './rest/console.ts';
import { dataPlaneRoutes } from './rest/data-plane.ts';
import { demoRoutes } from './rest/demo.ts';
import { docsRoutes } from './rest/docs/routes.ts';
import { forwardAuthRoutes } from './rest/forward-auth.ts';
import { routeHandler, type Wiring } from './rest/handler.ts';
import { openApiDocument } from './rest/openapi.ts';
import { answerTo, problemResponse, reportCause } from './rest/problem-response.ts';
import { recordCall } from './rest/record-usage.ts';
import { reporiskRoutes } from './rest/reporisk.ts';
import { type AppEnvironment, setRequestVariables } from './rest/request-context.ts';
import { routedPath } from './rest/request-target.ts';
import { type ClerkWebhooks, webhookRoutes } from './rest/webhooks.ts';
import type { SessionVerifier } from './sessions/session.ts';
import { trpcHandler } from './trpc/handler.ts';
import type { UsageSink } from './usage/usage-recorder.ts';

/** The parts of an app; it takes nothing from anywhere else. */
export interface AppOptions {
  readonly services: Services;
  readonly verifier: Verifier;
  readonly rateLimits: RateLimits;
  /** Receives each call of a key. */
  readonly usage: UsageSink;
  readonly sessions: SessionVerifier;
  /** Handles Clerk's webhooks; null without a signing secret. */
  readonly clerkWebhooks: ClerkWebhooks | null;
  /** Signs the demo's personas in; null outside demo mode. */
  readonly demo: DemoIdentityProvider | null;
  /** CIDR blocks of proxies whose forwarding headers count. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may act with the session cookie. */
  readonly authorizedParties: readonly string[];
  /** The environments whose keys `/auth/verify` accepts. */
  readonly forwardAuthEnvironments: readonly Environment[];
  /** For the console's sign-in; null in demo mode. */
  readonly clerkPublishableKey: string | null;
  /** The folder of the built console. */
  readonly consoleFolder: string;
  /** Metrics in Prometheus's format. */
  readonly metrics: () => Promise<string>;
  /** Null unless an exporter is configured. */
  readonly tracer: Tracer | null;
}

/** A fetch-style app for `@hono/node-server`, whose bindings it reads the client's address from. */
export interface App {
  fetch(request: Request, bindings: HttpBindings): Response | Promise<Response>;
}

/** Combines every entrance: REST, the data plane, tRPC, webhooks, the demo, the console. */
export function createApp(parts: AppOptions): App {
  const { services, verifier, rateLimits, sessions, trustedProxies, authorizedParties } = parts;
  const { database, now, propagated, isRestored, logger } = services;
  const authenticate = createAuthenticate({
    ...{ database, verifier, sessions, authorizedParties, now, propagated },
    failures: rateLimits.failures,
  });
  const idRandomness = createIdRandomness();
  const bodies = createBodyBudgets();
  const wiring: Wiring = { services, authenticate, rateLimits, bodies };
  const app = new Hono<AppEnvironment>({
    // Routing by the normalized URL would let a client lead a proxy's request to another route.
    getPath: (_request, options) => routedPath(options?.env?.incoming.url ?? '/'),
  });

  app.use(async (c, next) => {
    const started = performance.now();
    setRequestVariables(c, trustedProxies, idRandomness);
    // An answer's own headers replace these. Set on the answer, they would make hash tables of it.
    const { outgoing } = c.env;
    outgoing.setHeader('X-Request-Id', c.get('requestId'));
    outgoing.setHeader('X-Content-Type-Options', 'nosniff');
    outgoing.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    outgoing.setHeader('Cache-Control', 'no-store');
    await next();
    const durationMs = performance.now() - started;
    recordCall(c, parts.usage, { at: now(), durationMs });
    logRequest(c, logger, durationMs);
  });
  if (parts.tracer !== null) app.use(traceRequests(parts.tracer));
  app.onError((error, c) => {
    const answer = answerTo(error, c.get('requestId'), () => []);
    reportCause(error, c.get('requestId'), answer, services);
    return problemResponse(answer);
  });

  app.use('/api/v1/leaks/github', limitUnsigned(rateLimits.failures, 401));
  app.use('/webhooks/clerk', limitUnsigned(rateLimits.failures, 400));
  if (parts.demo !== null) app.route('/', demoRoutes(parts.demo, bodies));
  const ping = async () => {
    services.keyring.current();
    await database.ping();
  };
  app.route('/', observabilityRoutes({ metrics: parts.metrics, ping, isRestored }));
  for (const [path, routes] of byPath(reporiskRoutes)) {
    for (const route of routes) app.on(route.method, path, routeHandler(route, wiring));
    allowOnly(
      app,
      path,
      routes.map((route) => route.method),
    );
  }
  app.route('/', dataPlaneRoutes(verifier, rateLimits));
  const environments = parts.forwardAuthEnvironments;
  app.route('/', forwardAuthRoutes({ verifier, rateLimits, database, environments }));
  app.all('/trpc/*', trpcHandler(wiring));
  if (parts.clerkWebhooks !== null) app.route('/', webhookRoutes(parts.clerkWebhooks, bodies));
  app.route('/', docsRoutes(JSON.stringify(openApiDocument(reporiskRoutes))));
  app.get('/console.json', (c) =>
    c.json({ sign_in: parts.demo ? 'demo' : 'clerk', publishable_key: parts.clerkPublishableKey }),
  );
  // An unknown path of the API is no page of the console, in any spelling and for every client.
  const entrance = '/:entrance{(?i:api|auth|trpc|webhooks|demo)}';
  app.on('ALL', [entrance, `${entrance}/*`], (c) => c.notFound());
  app.route('/', consoleRoutes(parts.consoleFolder, parts.clerkPublishableKey));
  app.notFound((c) => c.json({ detail: 'Not Found' }, 404));
  return app;
}
