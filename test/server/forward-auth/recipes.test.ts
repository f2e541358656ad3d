import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { issueKey } from '../../support/issued-keys.ts';
import { type RunningServer, startServerOn } from '../../support/server.ts';
import { identityHeaders, type Recipe, startRecipe, startUpstream } from '../http/proxies.ts';

const behindProxy = { demo: false, trustedProxies: ['127.0.0.1/32'] };
const forged = {
  ...Object.fromEntries(identityHeaders.map((name) => [name, 'forged'])),
  'X-Forwarded-For': '198.51.100.7',
};

/** Keys that a proxy must treat differently. */
async function keysOf(server: RunningServer) {
  return {
    good: await issueKey(server, { scopes: ['repos:read'] }),
    limited: await issueKey(server, { rate_limit: { limit: 1, window_seconds: 3600 } }),
    local: await issueKey(server, { ip_allow_list: ['127.0.0.1'] }),
    elsewhere: await issueKey(server, { ip_allow_list: ['198.51.100.7'] }),
  };
}

test.for(['nginx.conf', 'Caddyfile'] satisfies Recipe[])(
  '%s admits a good key with its identity, and passes each refusal on',
  async (name, context) => {
    await using server = await startServerOn('sqlite', behindProxy);
    await using upstream = await startUpstream();
    await using proxy = await startRecipe(name, server.url, upstream.url);
    if (proxy === null) return context.skip(`the proxy of ${name} is not installed`);
    const { good, limited, local, elsewhere } = await keysOf(server);
    // The client's query holds demands of its own, which count for nothing.
    const send = (raw: string | undefined, method = 'GET') =>
      fetch(`${proxy.url}/things/7?scope=admin:*&project_id=x&sub_org_id=0&proxy=nginx`, {
        method,
        headers: { ...forged, ...(raw !== undefined && { authorization: `Bearer ${raw}` }) },
      });

    for (const method of ['GET', 'POST', 'DELETE']) {
      expect([method, (await send(good.raw, method)).status]).toEqual([method, 200]);
    }
    expect(upstream.reached).toHaveLength(3);
    for (const headers of upstream.reached) {
      const seen = identityHeaders.map((header) => headers[header.toLowerCase()]);
      expect(seen).toEqual(['org_demo_acme', '-', good.id, 'repos:read', 'live', '-']);
      expect(headers.authorization).toBeUndefined();
    }

    const bad = await send('junk');
    expect([bad.status, bad.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await bad.json()).toEqual({ detail: 'Invalid API key' });
    expect((await send(undefined)).status).toBe(401);

    expect((await send(limited.raw)).status).toBe(200);
    const over = await send(limited.raw);
    expect([over.status, await over.json()]).toEqual([429, { detail: 'Rate limit exceeded' }]);
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(3000);

    // By the address of the proxy's client, not by what that client says of itself.
    expect((await send(local.raw)).status).toBe(200);
    expect((await send(elsewhere.raw)).status).toBe(403);
    expect(upstream.reached).toHaveLength(5);
  },
);

const traefik = readFileSync('server/forward-auth/traefik.yaml', 'utf8');
const envoy = readFileSync('server/forward-auth/envoy.yaml', 'utf8');

/** The names in a list of a YAML file, after the line that names the list. */
function listed(yaml: string, list: string): string[] {
  const [, items = ''] = new RegExp(`${list}:\\n((?: *(?:patterns:|- .*)\\n)+)`).exec(yaml) ?? [];
  return [...items.matchAll(/- (?:exact: )?(\S+)/g)].map(([, name = '']) => name.toLowerCase());
}

const six = identityHeaders.map((name) => name.toLowerCase());

test('traefik.yaml and envoy.yaml take all six identity headers from the answer', () => {
  expect(listed(traefik, 'authResponseHeaders')).toEqual(six);
  expect(listed(envoy, 'allowed_upstream_headers')).toEqual(six);
});

test.each([
  {
    proxy: 'Traefik',
    headers: listed(traefik, 'authRequestHeaders'),
    // It asks the configured address, by GET, and writes X-Forwarded-For itself.
    target: new URL(/address: (\S+)/.exec(traefik)?.[1] ?? '').pathname,
  },
  {
    proxy: 'Envoy',
    headers: listed(envoy, 'allowed_headers'),
    target: `${/path_prefix: (\S+)/.exec(envoy)?.[1]}/things/7?scope=admin:*`,
  },
])('what $proxy asks by its recipe is answered', async ({ headers: allowed, target }) => {
  await using server = await startServerOn('sqlite', behindProxy);
  const { good, limited, local, elsewhere } = await keysOf(server);
  expect(allowed).toContain('authorization');
  const ask = async (raw: string) => {
    const sent = { authorization: `Bearer ${raw}`, 'x-forwarded-for': '198.51.100.7' };
    const response = await server.fetch(target, { headers: sent });
    return [response.status, response.headers.get('x-reporisk-key-id')];
  };
  expect(await ask(good.raw)).toEqual([200, good.id]);
  expect(await ask('junk')).toEqual([401, null]);
  expect(await ask(limited.raw)).toEqual([200, limited.id]);
  expect(await ask(limited.raw)).toEqual([429, null]);
  expect(await ask(local.raw)).toEqual([403, null]);
  expect(await ask(elsewhere.raw)).toEqual([200, elsewhere.id]);
});
