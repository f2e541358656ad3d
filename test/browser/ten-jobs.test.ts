import { setTimeout } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maskKey } from '../../core/mod.ts';
import { loopbackTargets } from '../server/webhooks/delivering.ts';
import { startReceiver } from '../server/webhooks/receiver.ts';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { callApi, createKey, inDatabase, type NewKey, useKey } from './demo-keys.ts';
import { devices, type Hand, startHand } from './hand.ts';
import { callAs, submitAs } from './key-calls.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Opens what the console tells of a key. */
const openKey = (page: Page, hand: Hand, label: string) =>
  hand.click(page.getByRole('grid').getByRole('rowheader').getByText(label, { exact: true }));

async function chooseForKey(page: Page, hand: Hand, label: string, action: string): Promise<void> {
  await hand.click(button(page, `Actions for ${label}`));
  await hand.click(page.getByRole('menuitem', { name: action, exact: true }));
}

/** Begins a new key by its label. */
async function beginKey(page: Page, hand: Hand, label: string): Promise<Locator> {
  await hand.click(button(page, 'New API Key').first());
  const form = page.getByRole('dialog', { name: 'New API Key' });
  await hand.type(form.getByLabel('Label'), label);
  return form;
}

/** Takes a secret out of its reveal, and closes that. */
async function takeSecret(page: Page, hand: Hand): Promise<string> {
  const reveal = page.getByRole('dialog', { name: /^Your / });
  await hand.click(reveal.getByRole('button', { name: 'Copy', exact: true }));
  await reveal.getByText('Copied to the clipboard.').waitFor();
  const secret = await page.evaluate<string>('navigator.clipboard.readText()');
  await hand.dismiss(reveal.getByRole('button', { name: 'Done' }));
  await reveal.waitFor({ state: 'detached' });
  return secret;
}

describe.each(devices)('with the %s', (device) => {
  let console: RunningConsole;
  beforeAll(async () => {
    console = await startConsole({ targets: loopbackTargets });
  }, 60_000);
  afterAll(() => console[Symbol.asyncDispose]());

  /** A page at rest, and a hand for each job on it. */
  async function begin(persona = 'Parent admin') {
    const session = await console.open();
    await signIn(session.page, persona);
    return { ...session, hand: () => startHand(session.page, device) };
  }

  test('a key is created and used in CI, with four steps', async () => {
    await using job = await begin();
    const { page } = job;
    const hand = job.hand();
    await beginKey(page, hand, 'Release gate');
    await hand.click(button(page, 'Create'));
    const secret = await takeSecret(page, hand);
    expect(await callAs(console, secret, 'ci/1')).toBe(200);
    await page.getByText('Release gate').first().waitFor();
    await hand.expectDone(4);
  });

  test('a scoped, expiring, limited key is created', async () => {
    await using job = await begin();
    const { page } = job;
    const hand = job.hand();
    const form = await beginKey(page, hand, 'Read only');
    await hand.click(form.getByText('Advanced'));
    await hand.choose(form.getByLabel('Expires'), '30');
    await hand.click(form.getByLabel('Restricted'));
    await hand.click(form.getByLabel('Read repositories'));
    await hand.type(form.getByLabel('Requests'), '2');
    await hand.click(button(page, 'Create'));
    const secret = await takeSecret(page, hand);
    expect(await submitAs(console, secret, 'test')).toBe(403);
    const answers = [await callApi(console, secret), await callApi(console, secret)];
    expect([...answers, await callApi(console, secret)]).toContain(429);
    await hand.expectDone(9);
  });

  test('a secret is rotated with grace while a script runs on the old one, with five steps', async () => {
    const key = await createKey(console, { label: 'Nightly' });
    let secret = key.raw;
    const statuses: number[] = [];
    const end = new AbortController();
    const script = (async () => {
      while (!end.signal.aborted) {
        statuses.push(await callApi(console, secret));
        await setTimeout();
      }
    })();
    await using job = await begin();
    const { page } = job;
    const hand = job.hand();
    await chooseForKey(page, hand, 'Nightly', 'Rotate');
    const question = page.getByRole('dialog', { name: 'Rotate “Nightly”?' });
    await hand.click(question.getByLabel('For 1 hour'));
    const before = statuses.length;
    await hand.click(question.getByRole('button', { name: 'Rotate' }));
    const renewed = await takeSecret(page, hand);
    // The old secret is used after the rotation, then the new one.
    await expect.poll(() => statuses.length).toBeGreaterThan(before + 2);
    secret = renewed;
    const moved = statuses.length;
    await expect.poll(() => statuses.length).toBeGreaterThan(moved + 2);
    end.abort();
    await script;
    expect(new Set(statuses)).toEqual(new Set([200]));
    await hand.expectDone(5);
  });

  test('who uses a key is found with three steps', async () => {
    const key = await createKey(console, { label: 'Asked about' });
    expect(await callAs(console, key.raw, 'nightly-build/1.0')).toBe(200);
    await useKey(console, key);
    await using job = await begin();
    const { page } = job;
    const hand = job.hand();
    await openKey(page, hand, 'Asked about');
    await page.getByRole('main').getByText('nightly-build/1.0').first().waitFor();
    await hand.expectDone(3);
  });

  test('a key is found by what is at hand: a pasted secret, its last four, with one step', async () => {
    const { raw } = await createKey(console, { label: 'Looked for' });
    await createKey(console, { label: 'Another' });
    await using job = await begin();
    const { page } = job;
    for (const text of [raw, maskKey(raw).slice(-4), 'looked']) {
      await page.getByRole('searchbox').fill('');
      await page.getByText('Another').first().waitFor();
      const hand = job.hand();
      await hand.paste(page.getByRole('searchbox'), text);
      await page.getByText('Another').waitFor({ state: 'detached' });
      await page.getByRole('grid').getByText('Looked for').waitFor();
      await hand.expectDone(3);
    }
  });

  test.each([
    ['Revoke', 'Revoke key'],
    ['Disable', 'Disable'],
  ])(
    '%s: a key in use is stopped with three steps, and its callers are named first',
    async (action, confirm) => {
      const label = `${action} it`;
      const key = await createKey(console, { label });
      expect(await callAs(console, key.raw, 'nightly-build/1.0')).toBe(200);
      await useKey(console, key);
      await using job = await begin();
      const { page } = job;
      const hand = job.hand();
      await chooseForKey(page, hand, label, action);
      const question = page.getByRole('alertdialog', { name: `${action} “${label}”?` });
      await question.getByText('nightly-build/1.0').waitFor();
      await hand.click(question.getByRole('button', { name: confirm }));
      await question.waitFor({ state: 'detached' });
      expect(await callApi(console, key.raw)).toBe(401);
      await hand.expectDone(3);
    },
  );

  test('one key, and thirty keys, of a colleague who left are taken over', async () => {
    const gone = 'user_2wPzKq7Yh3JmNd5Vt8Rb1XcFs6L';
    const keys: NewKey[] = [];
    for (let n = 0; n <= 30; n++) {
      const key = await createKey(console, { label: `Left behind ${n}` });
      await inDatabase(console, 'update api_key set created_by = ? where id = ?', gone, key.id);
      keys.push(key);
    }
    const refused = async () => {
      const answers = await Promise.all(keys.map(({ raw }) => callApi(console, raw)));
      return answers.filter((status) => status === 403).length;
    };
    expect(await refused()).toBe(31);
    await using job = await begin();
    const { page } = job;
    const one = job.hand();
    await one.click(button(page, 'Take over Left behind 30'));
    const taking = page.getByRole('alertdialog', { name: 'Take over “Left behind 30”?' });
    await one.click(taking.getByRole('button', { name: 'Take over' }));
    await taking.waitFor({ state: 'detached' });
    expect(await refused()).toBe(30);
    await one.expectDone(5);

    const thirty = job.hand();
    await thirty.click(page.getByRole('button', { name: 'Blocked 30' }));
    await page.getByText('30 keys found').waitFor();
    await thirty.click(page.getByLabel('Select all keys on this page'));
    await thirty.click(button(page, 'Take over'));
    const question = page.getByRole('alertdialog', { name: 'Take over 30 keys?' });
    await thirty.click(question.getByRole('button', { name: 'Take over' }));
    await question.waitFor({ state: 'detached' });
    expect(await refused()).toBe(0);
    await thirty.expectDone(6);
  });

  test('a plan that is dropped while the page is open is told at the next step', async () => {
    const tier = (value: number) =>
      inDatabase(console, "update organization set tier = ? where id = 'org_demo_initech'", value);
    await tier(3);
    const { raw } = await createKey(console, { label: 'From better days' }, 'tier-1-admin');
    await using job = await begin('Tier 1 admin');
    const { page } = job;
    await page.getByText('From better days').first().waitFor();
    await tier(1);
    const hand = job.hand();
    await chooseForKey(page, hand, 'From better days', 'Rotate');
    await hand.click(button(page, 'Rotate'));
    await page.getByText('API access comes with Tier 3').waitFor();
    await page.getByRole('heading', { name: '1 key is paused by your plan' }).waitFor();
    expect(await callApi(console, raw)).toBe(403);
    await hand.expectDone(3);
  });

  test('a sub-organization is archived with its keys, with four steps', async () => {
    const json = { name: 'Wound up' };
    const added = await console.send('parent-admin', '/api/v1/settings/sub-orgs', json);
    const { id } = (await added.json()) as { id: number };
    const key = await createKey(console, { label: 'Held to it', sub_org_id: id });
    await using job = await begin();
    const { page } = job;
    const hand = job.hand();
    await hand.click(page.getByRole('link', { name: 'Sub-organizations' }));
    await hand.click(button(page, 'Archive Wound up'));
    const question = page.getByRole('alertdialog', { name: 'Archive “Wound up”?' });
    await question.getByText('Held to it', { exact: true }).waitFor();
    await hand.type(question.getByLabel('Type “Wound up” to confirm'), 'Wound up');
    await hand.click(question.getByRole('button', { name: 'Archive' }));
    await page.getByText('“Wound up” is archived').waitFor();
    expect(await callApi(console, key.raw)).toBe(401);
    await hand.expectDone(5);
  });

  test('a webhook is created and tested with eight steps, and its failure is found', async () => {
    await using receiver = await startReceiver();
    await using job = await begin();
    const { page } = job;
    receiver.answer((_message, response) => {
      response.writeHead(503).end('come back later');
      return undefined;
    });
    const hand = job.hand();
    await hand.click(page.getByRole('link', { name: 'Webhooks' }));
    await hand.click(button(page, 'New webhook').first());
    const form = page.getByRole('dialog', { name: 'New webhook' });
    await hand.type(form.getByLabel('Endpoint URL'), receiver.url);
    await hand.click(form.getByRole('button', { name: 'Add webhook' }));
    expect(await takeSecret(page, hand)).toMatch(/^whsec_/);
    await hand.click(button(page, 'Send test event'));
    await page.getByText('The test event was not accepted: HTTP 503.').waitFor();
    await page.getByText('come back later').first().waitFor();
    receiver.answer(() => 204);
    await hand.click(button(page, 'Send test event'));
    await page.getByText('The test event was accepted: HTTP 204.').waitFor();
    await hand.expectDone(8);
  });

  test('who revoked a key is found with three steps', async () => {
    const { id } = await createKey(console, { label: 'Missed since' });
    await createKey(console, { label: 'Something else' });
    await console.send(
      'parent-admin',
      `/api/v1/settings/api-keys/${id}?reason=replaced`,
      undefined,
      'DELETE',
    );
    await using job = await begin();
    const { page } = job;
    const hand = job.hand();
    await hand.click(page.getByRole('link', { name: 'Audit log' }));
    await hand.type(page.getByRole('combobox', { name: 'What' }), 'missed');
    await hand.click(page.getByRole('option', { name: /^Missed since/ }));
    await page.getByText('Something else').waitFor({ state: 'detached' });
    await page.getByRole('row').filter({ hasText: 'You revoked Missed since' }).waitFor();
    await hand.expectDone(3);
  });
});
