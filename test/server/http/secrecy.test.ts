import { expect, test } from 'vitest';
import { generateKey } from '../../../core/mod.ts';
import { everythingIn } from '../../support/everything-in.ts';
import { demoIds, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, type SendOptions, startServerOn } from '../../support/server.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';

/** A secret in every spelling that a search should find. */
function spellings(raw: string): string[] {
  const bytes = Buffer.from(raw);
  const payload = raw.slice('rrk_live_'.length, -7);
  return [
    raw,
    payload,
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}

onBothDatabases((kind) => {
  test('a raw key is nowhere but in the answer that shows it', async () => {
    await using server = await startServerOn(kind);
    const answers: string[] = [];
    const send = async (path: string, options: SendOptions = {}) => {
      const response = await server.fetch(path, options);
      const text = await response.text();
      answers.push(JSON.stringify([...response.headers]), text);
      return { status: response.status, text };
    };
    const { mobile } = await demoIds(server);
    // Issued and rotated: the two answers that may show a key are looked at apart.
    const issued = await issueKey(server, { sub_org_id: mobile });
    const rotation = await server.fetch(`${keys}/${issued.id}/rotate`, {
      as,
      json: { grace_seconds: 600 },
    });
    const shown = await rotation.text();
    const { raw_key: rotated } = JSON.parse(shown) as { raw_key: string };
    expect(shown.split(rotated)).toHaveLength(2);
    expect(shown).not.toContain(issued.raw);
    const never = generateKey().key;
    const secrets = [issued.raw, rotated, never];

    for (const raw of secrets) {
      // Used, refused out of scope, refused for its input.
      await send('/api/v1/repos', { as: raw });
      await send('/api/v1/key', { as: raw });
      await send('/auth/verify', { as: raw });
      await send('/api/v1/repos?sub_org_id=999999', { as: raw });
      await send('/api/v1/repos/1', { as: raw });
      await send('/api/v1/repos/analyze', { as: raw, json: { url: 'https://git.invalid/a/b' } });
      await send(keys, { as: raw });
      await send('/trpc/apiKeys.list', { as: raw });
      // Put where it does not belong.
      await send(`/api/v1/repos?api_key=${raw}&limit=${raw}&cursor=${raw}&sub_org_id=${raw}`, {
        as,
      });
      await send(`/api/v1/repos/${raw}`, { as });
      await send(`/${raw}`, { as });
      await send(`${keys}/${raw}`, { as });
      await send(`${keys}?search=${raw}&sort=${raw}&status=${raw}`, { as });
      await send(`${keys}?search=${raw}`, { as });
      await send(`/api/v1/jobs/${raw}`, { as });
      await send(`/trpc/apiKeys.get?input=${encodeURIComponent(JSON.stringify({ id: raw }))}`, {
        as,
      });
      await send(`/trpc/${raw}`, { as });
      await send(keys, { as, json: { label: 'CI', scopes: [raw], environment: raw, [raw]: raw } });
      await send(keys, { as, json: { label: 'CI', service_account_id: raw } });
      await send(keys, { as, json: { label: raw } });
      await send(keys, { as, json: { label: 'CI', description: `the key is ${raw}!` } });
      await send('/api/v1/settings/sub-orgs', { as, json: { name: raw } });
      await send('/api/v1/settings/service-accounts', { as, json: { name: raw, role: 'viewer' } });
      await send(`${keys}/${issued.id}`, { as, method: 'PATCH', json: { description: raw } });
      await send(`${keys}/${issued.id}?reason=${raw}`, { as, method: 'DELETE' });
      await send('/api/v1/repos/analyze', { as, json: { url: `https://x.invalid/?t=${raw}` } });
      const escaped = raw.replaceAll('_', '%5f');
      await send('/api/v1/repos/analyze', { as, json: { url: `https://x.invalid/${escaped}` } });
      await send(keys, { as, json: { label: raw.repeat(3), ip_allow_list: [raw] } });
      await send('/api/v1/repos/analyze', { as, json: { url: `https://${raw}@github.com/a` } });
      await send('/api/v1/repos/analyze', { as, json: { url: raw } });
      await send(keys, {
        as,
        body: `{"label": ${raw}`,
        headers: { 'content-type': 'application/json' },
      });
      await send('/api/v1/repos', { headers: { cookie: `__session=${raw}` } });
      await send('/api/v1/repos', { headers: { authorization: raw } });
      await send('/api/v1/repos', { headers: { authorization: `Basic ${btoa(`${raw}:`)}` } });
      await send('/api/v1/repos', { headers: { 'x-api-key': raw } });
      await send('/api/v1/repos', { as: `${raw}x`, headers: { 'x-request-id': raw } });
      await send('/api/v1/repos', {
        as: raw,
        headers: { 'user-agent': raw, referer: `https://x/${raw}` },
      });
      await send('/demo/session', { json: { persona: raw } });
    }
    await send(`${keys}/${issued.id}/end-grace`, { as, method: 'POST' });
    await send(`${keys}/${issued.id}`, { as });
    await send(`${keys}/${issued.id}`, { as, method: 'PATCH', json: { label: 'renamed' } });
    const revoked = await send(`${keys}/${issued.id}?reason=done`, { as, method: 'DELETE' });
    expect(revoked.status).toBe(204);
    for (const raw of secrets) expect((await send('/api/v1/repos', { as: raw })).status).toBe(401);
    await send(keys, { as });
    await send('/api/v1/settings/audit-log?limit=100', { as });
    await send('/openapi.json');

    const places = {
      database: await everythingIn(server),
      log: server.log.join('\n'),
      answers: answers.join('\n'),
    };
    // Control: the search finds a value that is there.
    expect(places.database).toContain(issued.id);
    expect(places.log.length).toBeGreaterThan(1_000);
    for (const [place, content] of Object.entries(places)) {
      for (const [index, raw] of secrets.entries()) {
        const found = spellings(raw).filter((spelling) => content.includes(spelling));
        expect({ place, index, found }).toEqual({ place, index, found: [] });
      }
    }
  });

  test('a session token is neither in the database nor in the log', async () => {
    await using server = await startServerOn(kind);
    const token = server.token(as);
    await server.fetch('/api/v1/settings/session', { as: token });
    await server.fetch('/api/v1/settings/session', { as: `${token}x` });
    await server.fetch(`/api/v1/repos?__session=${token}`, {
      headers: { cookie: `__session=${token}` },
    });
    const signature = token.split('.')[2] ?? token;
    expect(server.log.join('\n')).not.toContain(signature);
    expect(await everythingIn(server)).not.toContain(signature);
  });
});
