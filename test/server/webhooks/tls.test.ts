import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority } from '../../support/certificates.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases } from '../../support/server.ts';
import { loopbackTargets, outcome, startDelivering } from './delivering.ts';
import { startReceiver } from './receiver.ts';

const authority = createAuthority();
const stranger = createAuthority();
const known = getCACertificates('default');
const untrusted = { status: null, error: 'no trusted TLS connection' };

// The system's trust store decides which authorities this process trusts: the product has no
// setting for it.
beforeAll(() => setDefaultCACertificates([...known, authority.cert]));
afterAll(() => setDefaultCACertificates(known));

const message = (url: string) => ({ url, headers: {}, body: '{"type":"a"}' });

test('send() delivers over TLS to a server that proves the name', async () => {
  await using receiver = await startReceiver(authority.issue('hooks.example'));
  const sent = await outcome(message(receiver.url), loopbackTargets);
  expect(sent).toEqual({ status: 204, error: null });
  expect(receiver.messages).toHaveLength(1);
});

const yesterday = new Date(Date.now() - 86_400_000);
test.each([
  ['of another name', authority.issue('other.example')],
  ['of an address', authority.issue('127.0.0.1')],
  ['that is over', authority.issue('hooks.example', yesterday)],
  ['of an unknown authority', stranger.issue('hooks.example')],
])('send() tells nothing to a server with a certificate %s', async (_what, identity) => {
  await using receiver = await startReceiver(identity);
  expect(await outcome(message(receiver.url), loopbackTargets)).toEqual(untrusted);
  expect(receiver.messages).toEqual([]);
});

test('send() checks certificates whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
  await using receiver = await startReceiver(stranger.issue('hooks.example'));
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    expect(await outcome(message(receiver.url), loopbackTargets)).toEqual(untrusted);
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
  expect(receiver.messages).toEqual([]);
});

onBothDatabases((kind) => {
  test('an event waits for a server with a wrong certificate, and arrives when it is right', async () => {
    await using it = await startDelivering(kind, authority.issue('other.example'));
    const { id, secret } = await it.addWebhook();
    const key = await issueKey(it.server);
    await it.worker.work();
    expect(await it.deliveries(id)).toMatchObject([
      { status: 'pending', attempt_count: 1, last_status: null, last_error: untrusted.error },
    ]);
    expect(it.receiver.messages).toEqual([]);
    it.receiver.identify(authority.issue('hooks.example'));
    it.clock.advance(3_600_000);
    await it.worker.work();
    expect(await it.deliveries(id)).toMatchObject([{ status: 'delivered', last_status: 204 }]);
    const [received] = it.receiver.messages;
    expect(received?.event).toMatchObject({
      type: 'api_key.created',
      data: { key: { id: key.id } },
    });
    // The package uses the system's clock, so the signature alone is compared.
    const { 'webhook-id': eventId = '', 'webhook-signature': signature } = received?.headers ?? {};
    const sent = new Date(Number(received?.headers['webhook-timestamp']) * 1000);
    expect(new Webhook(secret).sign(eventId, sent, received?.body ?? '')).toBe(signature);
  });
});
