import { describe, expect, test } from 'vitest';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { WebhookReceipt } from '../../../server/database/entities/webhook-receipt.ts';
import { databaseKinds } from '../../support/server.ts';
import { testTime } from '../sessions/tokens.ts';
import { startWebhooks } from '../sessions/webhook-app.ts';
import { membershipEvent, organizationEvent, signed } from '../sessions/webhook-events.ts';

const applied = { status: 200, outcome: 'applied' };
const replayed = { status: 200, outcome: 'replayed' };
const refused = { status: 400, detail: 'Invalid webhook signature' };

describe.each(databaseKinds)('on %s', (kind) => {
  test('receive() refuses what is not signed, and changes nothing', async () => {
    await using app = await startWebhooks(kind);
    const good = signed(organizationEvent('org_acme', { tier: 3 }));
    const altered = { ...good, body: good.body.replace('"tier":3', '"tier":2') };
    const other = signed('{}', { secret: `whsec_${Buffer.alloc(24, 8).toString('base64')}` });
    expect(await app.webhooks.receive(altered)).toEqual(refused);
    expect(await app.webhooks.receive(other)).toEqual(refused);
    for (const name of ['svix-id', 'svix-timestamp', 'svix-signature']) {
      const headers = new Headers(good.headers);
      headers.delete(name);
      expect(await app.webhooks.receive({ ...good, headers })).toEqual(refused);
      headers.set(name, 'x');
      expect(await app.webhooks.receive({ ...good, headers })).toEqual(refused);
    }
    expect(await app.database.read().count(Organization)).toBe(0);
    expect(await app.database.read().count(WebhookReceipt)).toBe(0);
    expect(await app.webhooks.receive(good)).toEqual(applied);
  });

  test('receive() refuses a message more than five minutes old or ahead', async () => {
    await using app = await startWebhooks(kind);
    const event = organizationEvent('org_acme');
    for (const offset of [-301_000, 301_000]) {
      expect(await app.webhooks.receive(signed(event, { at: testTime + offset }))).toEqual(refused);
    }
    const old = signed(event, { at: testTime - 299_000 });
    expect(await app.webhooks.receive(old)).toEqual(applied);
  });

  test('receive() accepts one good signature among several, as while a secret is rotated', async () => {
    await using app = await startWebhooks(kind);
    const { headers, body } = signed(organizationEvent('org_acme'));
    headers.set('svix-signature', `v1,AAAA v2,BBBB ${headers.get('svix-signature')}`);
    expect(await app.webhooks.receive({ headers, body })).toEqual(applied);
  });

  test('receive() changes nothing by a replay, also one at the same time', async () => {
    await using app = await startWebhooks(kind);
    const message = signed(membershipEvent('created'));
    const answers = await Promise.all([1, 2, 3].map(() => app.webhooks.receive(message)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers).toContainEqual(applied);
    await app.database.transaction((em) => em.nativeDelete(Membership, {}));
    expect(await app.webhooks.receive(message)).toEqual(replayed);
    expect(await app.database.read().count(Membership)).toBe(0);
    expect(await app.database.read().count(AuditEvent)).toBe(1);
  });

  test('receive() forgets messages after a week', async () => {
    let now = testTime;
    await using app = await startWebhooks(kind, () => now);
    await app.tell(organizationEvent('org_acme'));
    now += 7 * 86_400_000 + 1;
    await app.tell(organizationEvent('org_acme'));
    const receipts = await app.database.read().find(WebhookReceipt, {});
    expect(receipts.map(({ id }) => id)).toEqual(['msg_1']);
  });

  test('receive() waits for what it changed to hold everywhere, also after a replay', async () => {
    await using app = await startWebhooks(kind);
    const message = signed(membershipEvent('created'));
    await app.webhooks.receive(message);
    await app.webhooks.receive(message);
    expect(app.commits()).toBe(2);
  });

  test('receive() refuses a signed body that is not an event', async () => {
    await using app = await startWebhooks(kind);
    const answer = { status: 400, detail: 'Malformed webhook event' };
    expect(await app.webhooks.receive(signed('{"data":{}}'))).toEqual(answer);
    expect(await app.database.read().count(WebhookReceipt)).toBe(0);
  });

  test('receive() acknowledges events that are not of interest', async () => {
    await using app = await startWebhooks(kind);
    const event = { type: 'email.created', timestamp: testTime, data: {} };
    expect(await app.tell(event)).toEqual({ status: 200, outcome: 'ignored' });
  });

  test('receive() takes no time of delivery for that of an event', async () => {
    await using app = await startWebhooks(kind);
    const answer = { status: 400, detail: 'Malformed webhook event' };
    const event = { ...membershipEvent('created'), timestamp: undefined };
    expect(await app.tell(event)).toEqual(answer);
    expect(await app.database.read().count(Membership)).toBe(0);
  });

  test('receive() records what a member is called, by the membership and by the user', async () => {
    await using app = await startWebhooks(kind);
    const names = async () =>
      (await app.database.read().find(Membership, {}, { disableIdentityMap: true })).map(
        ({ name }) => name,
      );
    await app.tell(membershipEvent('created'));
    expect(await names()).toEqual(['ada@example.com']);
    const user = (data: object) =>
      app.tell({ type: 'user.updated', timestamp: testTime, data: { id: 'user_ada', ...data } });
    const email = { id: 'idn_2', email_address: 'two@example.com' };
    await user({ first_name: ' Ada\u202e', last_name: 'Lovelace', username: 'ada' });
    expect(await names()).toEqual(['Ada Lovelace']);
    await user({ first_name: null, last_name: '', username: null, email_addresses: [email] });
    expect(await names()).toEqual([null]);
    await user({ primary_email_address_id: 'idn_2', email_addresses: [email] });
    expect(await names()).toEqual(['two@example.com']);
  });
});
