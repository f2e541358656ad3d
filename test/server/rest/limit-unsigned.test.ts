import { expect, test } from 'vitest';
import { createClerkWebhooks } from '../../../server/clerk/clerk-webhooks.ts';
import { onBothDatabases, startServerOn, testClock } from '../../support/server.ts';
import { organizationEvent, signed, signingSecret } from '../sessions/webhook-events.ts';

onBothDatabases((kind) => {
  test('limitUnsigned() limits wrong webhook signatures by address, and lets Clerk through', async () => {
    const clock = testClock();
    const perAddress = { limit: 3, windowSeconds: 60 };
    await using server = await startServerOn(kind, {
      now: clock.now,
      rateLimits: { perAddress },
      trustedProxies: ['127.0.0.1'],
      demo: false,
      clerkWebhooks: (parts) => createClerkWebhooks({ ...parts, signingSecret }),
    });
    const good = signed(organizationEvent('org_new'), { at: clock.now() });
    const send = (from: string, body: string) => {
      const headers = { ...Object.fromEntries(good.headers), 'x-forwarded-for': from };
      return server.fetch('/webhooks/clerk', { body, headers });
    };
    const statuses = async (from: string, count: number) => {
      const sent = Array.from({ length: count }, () => send(from, `${good.body} `));
      return (await Promise.all(sent)).map(({ status }) => status).sort();
    };
    expect(await statuses('198.51.100.1', 6)).toEqual([400, 400, 400, 429, 429, 429]);
    expect(await statuses('198.51.100.2', 1)).toEqual([400]);
    expect((await send('198.51.100.1', good.body)).status).toBe(200);
    clock.advance(60_000);
    expect(await statuses('198.51.100.1', 1)).toEqual([400]);
  });
});
