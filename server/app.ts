import type { IncomingHttpHeaders } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Tracer } from '@opentelemetry/api';
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import type { Environment, Verifier } from '../core/mod.ts';
import { createIdRandomness } from './crypto/id-randomness.ts';
import { demoRefusal } from './demo-mode/guard.ts';
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
import { keyDescription, keyDescriptionPath } from './rest/data-plane.ts';
import { demoRoutes } from './rest/demo.ts';
import { routesOf } from './rest/dialects/routes.ts';
import { docsRoutes } from './rest/docs/routes.ts';
import { forwardAuthRoutes } from './rest/forward-auth.ts';
import { routeHandler, type Wiring } from './rest/handler.ts';
import { openApiDocument } from './rest/openapi.ts';
import { answerTo, problemResponse, reportCause } from './rest/problem-response.ts';
import { recordCall } from './rest/record-usage.ts';
import { type AppEnvironment, beginExchange, type Exchange } from './rest/request-context.ts';
import { rawPath, routedPath } from './rest/request-target.ts';
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
  const { database, dialects, now, propagated, isRestored, logger } = services;
  const authenticate = createAuthenticate({
    ...{ database, verifier, sessions, authorizedParties, now, propagated },
    failures: rateLimits.failures,
  });
  const idRandomness = createIdRandomness();
  const bodies = createBodyBudgets();
  const wiring: Wiring = { services, authenticate, rateLimits, bodies };
  const failed = (error: unknown, { requestId }: Exchange) => {
    const answer = answerTo(error, requestId, () => []);
    reportCause(error, requestId, answer, services);
    return problemResponse(answer);
  };
  const app = new Hono<AppEnvironment>({
    // Routing by the normalized URL would let a client lead a proxy's request to another route.
    getPath: (_request, options) => routedPath(options?.env?.incoming.url ?? '/'),
  });

  app.use(async (c, next) => {
    await next();
    c.env.exchange.route = routePath(c);
  });
  if (parts.tracer !== null) app.use(traceRequests(parts.tracer));
  app.onError((error, c) => failed(error, c.env.exchange));

  app.use('/api/v1/leaks/github', limitUnsigned(rateLimits.failures, 401));
  app.use('/webhooks/clerk', limitUnsigned(rateLimits.failures, 400));
  /** GET routes without parameters. */
  const direct = new Map<string, (exchange: Exchange) => Response | Promise<Response>>();
  if (parts.demo !== null) app.route('/', demoRoutes(parts.demo, bodies));
  const ping = async () => {
    services.keyring.current();
    await database.ping();
  };
  app.route('/', observabilityRoutes({ metrics: parts.metrics, ping, isRestored }));
  const routes = routesOf(dialects);
  for (const [path, methods] of byPath(routes)) {
    for (const route of methods) {
      const handle = routeHandler(route, wiring);
      app.on(route.method, path, (c) => handle(c.env.exchange, c.req.param()));
      if (route.method === 'GET' && !path.includes(':')) direct.set(path, (c) => handle(c, {}));
    }
    allowOnly(
      app,
      path,
      methods.map((route) => route.method),
    );
  }
  const describeKey = keyDescription(verifier, rateLimits);
  app.get(keyDescriptionPath, (c) => describeKey(c.env.exchange));
  allowOnly(app, keyDescriptionPath, ['GET']);
  direct.set(keyDescriptionPath, describeKey);
  const environments = parts.forwardAuthEnvironments;
  app.route(
    '/',
    forwardAuthRoutes({
      ...{ verifier, rateLimits, database, environments },
      // A `repurai` key manages keys and does nothing else.
      dialects: dialects.filter((dialect) => dialect !== 'repurai'),
    }),
  );
  app.all('/trpc/*', trpcHandler(wiring));
  if (parts.clerkWebhooks !== null) app.route('/', webhookRoutes(parts.clerkWebhooks, bodies));
  app.route(
    '/',
    docsRoutes(JSON.stringify(openApiDocument(routes, Object.keys(verifier.extraScopes)))),
  );
  app.get('/console.json', (c) =>
    c.json({
      sign_in: parts.demo ? 'demo' : 'clerk',
      publishable_key: parts.clerkPublishableKey,
      dialects,
      extra_scopes: Object.keys(verifier.extraScopes),
    }),
  );
  // An unknown path of the API is no page of the console, in any spelling and for every client.
  const entrance = '/:entrance{(?i:api|auth|trpc|webhooks|demo|v1|platform)}';
  app.on('ALL', [entrance, `${entrance}/*`], (c) => c.notFound());
  app.route(
    '/',
    consoleRoutes(parts.consoleFolder, {
      isDemo: parts.demo !== null,
      publishableKey: parts.clerkPublishableKey,
    }),
  );
  app.notFound((c) => c.json({ detail: 'Not Found' }, 404));

  /** Whether a request passes everything that stands before the routes, and no one traces it. */
  const isUnguarded = (headers: IncomingHttpHeaders) =>
    parts.tracer === null && (parts.demo === null || demoRefusal(headers) === null);

  /** Answers without the router and the chain of handlers where they would come to the same. */
  function dispatch(exchange: Exchange, bindings: HttpBindings): Response | Promise<Response> {
    const { request, incoming } = exchange;
    const isDirect = request.method === 'GET' && isUnguarded(incoming.headers);
    const path = isDirect ? rawPath(incoming.url ?? '') : '';
    const handle = direct.get(path);
    if (handle === undefined) return app.fetch(request, { ...bindings, exchange });
    exchange.route = path;
    try {
      const answer = handle(exchange);
      return answer instanceof Promise ? answer.catch((error) => failed(error, exchange)) : answer;
    } catch (error) {
      return failed(error, exchange);
    }
  }

  return {
    fetch(request, bindings) {
      const started = performance.now();
      const { incoming, outgoing } = bindings;
      const exchange = beginExchange(request, incoming, {
        ...{ trustedProxies, idRandomness, now: Date.now() },
      });
      // An answer's own headers replace these. Set on the answer, they would make hash tables of it.
      outgoing.setHeader('X-Request-Id', exchange.requestId);
      outgoing.setHeader('X-Content-Type-Options', 'nosniff');
      outgoing.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
      outgoing.setHeader('Cache-Control', 'no-store');
      const end = (response: Response) => {
        const durationMs = performance.now() - started;
        recordCall(exchange, response, parts.usage, { at: now(), durationMs });
        logRequest(exchange, response, logger, durationMs);
        return response;
      };
      const response = dispatch(exchange, bindings);
      return response instanceof Promise ? response.then(end) : end(response);
    },
  };
}
