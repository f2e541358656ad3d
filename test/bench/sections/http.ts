import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { Verifier } from '../../../core/mod.ts';
import { type App, createApp } from '../../../server/app.ts';
import {
  type AuditedDatabase,
  openAuditedDatabase,
} from '../../../server/audit/audited-database.ts';
import { loadConfig } from '../../../server/config/config.ts';
import { createKeyring } from '../../../server/crypto/keyring.ts';
import { createOutages } from '../../../server/database/outages.ts';
import { createDemoIdentityProvider } from '../../../server/demo-mode/sessions.ts';
import { createListener } from '../../../server/listener.ts';
import { createMetrics } from '../../../server/observability/metrics.ts';
import { openRateLimits } from '../../../server/rate-limits/open-rate-limits.ts';
import { createServices } from '../../../server/services.ts';
import { createClerkSessions } from '../../../server/sessions/clerk.ts';
import { coherentVerifier } from '../../../server/store.ts';
import { createUsageRecorder } from '../../../server/usage/usage-recorder.ts';
import { createUsageStore } from '../../../server/usage/usage-store.ts';
import { startChild } from '../../processes/child-process.ts';
import { median } from '../compare.ts';
import { atLeast, rounded, type Section } from '../figure.ts';
import type { LoadCommands, LoadTarget } from '../load.ts';
import { populated, serverSecret } from '../population.ts';

const path = '/api/v1/key';
const pairs = 60;
const round = { milliseconds: 250, connections: 32 };

/**
 * Requests per second of the whole app, and of the same app with a verifier that accepts anything at
 * once. Both record usage and log. The server and the load are two processes, and the server is the one that is waited for:
 * its busy share of the time is printed, because the ratio means nothing where the load held it up.
 */
export const http: Section = async () => {
  await using resources = new AsyncDisposableStack();
  const { url, keys } = resources.use(await populated('SQLite', 1000));
  const database = resources.use(await openAuditedDatabase(url));
  const { app, bare, usage } = await apps(database, url, keys[0] ?? '', resources);
  const load = resources.use(startChild<LoadCommands>('../bench/load.ts', {}));

  const headers = { Authorization: `Bearer ${keys[0]}`, 'User-Agent': 'curl/8.4' };
  const targets: [LoadTarget, LoadTarget] = [
    { port: await serve(app, resources), path, headers },
    { port: await serve(bare, resources), path, headers },
  ];
  const busy: number[] = [];
  const measure = async (target: LoadTarget) => {
    const before = performance.eventLoopUtilization();
    const { perSecond } = await load.ask('load', { ...target, ...round });
    busy.push(performance.eventLoopUtilization(before).utilization);
    // Stored between the rounds: one side's usage would otherwise be stored while the other is
    // measured.
    await usage.flush();
    return perSecond;
  };
  for (let i = 0; i < 3; i++) for (const target of targets) await measure(target);

  const measured: { with: number; without: number }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [first, second] = pair % 2 === 0 ? targets : [targets[1], targets[0]];
    const a = await measure(first);
    const b = await measure(second);
    measured.push(pair % 2 === 0 ? { with: a, without: b } : { with: b, without: a });
  }
  return [
    atLeast(0.85, {
      what: '`GET /api/v1/key` ÷ the same app and route with a verifier that accepts at once',
      value: median(measured.map((each) => each.with / each.without)),
      absolute: `${rounded(median(measured.map((each) => each.with)))} ÷ ${rounded(
        median(measured.map((each) => each.without)),
      )} requests/s, the server busy for ${rounded(100 * median(busy))} % of the time`,
    }),
  ];
};

/** The app as the server makes it, and the same with a verifier that accepts at once. */
async function apps(
  database: AuditedDatabase,
  url: string,
  key: string,
  resources: AsyncDisposableStack,
) {
  const logger = pino({ level: 'info' }, pino.destination('/dev/null'));
  const keyring = createKeyring(serverSecret, null);
  const verifier = resources.use(await coherentVerifier(database, { keyring }));
  const config = loadConfig({ DATABASE_URL: url, PLATFORM_RATE_LIMIT: 'off' });
  const metrics = createMetrics(verifier, verifier.coherence, createOutages(logger));
  const usage = resources.use(
    createUsageRecorder({
      store: createUsageStore(database),
      every: () => () => {},
      onError: (error) => console.error(error),
    }),
  );
  const demo = createDemoIdentityProvider({ now: Date.now });
  const outcome = await verifier.verify(key);
  if (!outcome.ok) throw new Error('the key was refused');
  const rateLimits = resources.use(await openRateLimits({ config, logger }));
  const appWith = (used: Verifier) => createApp({ ...parts, verifier: used, rateLimits, usage });
  const parts = {
    services: createServices({
      anthropic: { baseUrl: 'http://127.0.0.1:1', model: 'none' },
      database,
      keyring,
      logger,
      uploads: '',
      propagated: metrics.propagated,
      isRestored: () => false,
    }),
    sessions: createClerkSessions({ jwtKey: demo.publicKeyPem, now: Date.now }),
    clerkWebhooks: null,
    demo: null,
    trustedProxies: [],
    authorizedParties: [],
    forwardAuthEnvironments: ['live'],
    clerkPublishableKey: null,
    consoleFolder: '',
    metrics: metrics.text,
    tracer: null,
  } as const;
  const accepting: Verifier = { extraScopes: {}, verify: () => outcome, cacheCounters: () => null };
  return { app: appWith(metrics.verifier), bare: appWith(accepting), usage };
}

async function serve(app: App, resources: AsyncDisposableStack): Promise<number> {
  const server = createListener(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(() => void server.close());
  return (server.address() as AddressInfo).port;
}
