import { expect, test } from 'vitest';
import { issueKey } from '../../support/issued-keys.ts';
import { startServerOn } from '../../support/server.ts';
import { targets } from './forward-auth-targets.ts';
import { identityHeaders, startCaddy, startEnvoy, startNginx, startUpstream } from './proxies.ts';
import { head, parsed, rawRequest } from './raw-request.ts';

const forged = identityHeaders.map((name) => `${name}: forged`);

/** Paths of clients: the targets of the raw table without the prefix, and the same behind another. */
const clientPaths = [
  ...new Set(
    targets.map(([target]) => target.replace(/^(https?:\/\/[^/]*)?\/auth\/verify/, '') || '/'),
  ),
].filter((path) => path.startsWith('/'));
const paths = [...clientPaths, ...clientPaths.map((path) => `/fixed${path}`)];

test.for([
  ['nginx', startNginx, 403],
  ['caddy', startCaddy, 429],
  ['Envoy', startEnvoy, 429],
] as const)(
  '%s lets through what /auth/verify does, and nothing else',
  async ([name, start, limited], context) => {
    await using server = await startServerOn('sqlite', { demo: false });
    await using upstream = await startUpstream();
    await using proxy = await start(server.url, upstream.url);
    if (proxy === null) return context.skip(`${name} is not installed`);
    const send = async (method: string, path: string, as?: string) => {
      const authorization = as === undefined ? [] : [`Authorization: Bearer ${as}`];
      const bytes = head(method, path, ['Accept: text/html', ...forged, ...authorization]);
      return parsed(await rawRequest(proxy.url, Buffer.from(bytes, 'latin1'))).status;
    };

    const passed: string[] = [];
    for (const method of ['GET', 'OPTIONS', 'POST']) {
      for (const path of paths) {
        for (const as of [undefined, 'junk']) {
          const status = await send(method, path, as);
          if (status < 400) passed.push(`${method} ${path} ${status}`);
        }
      }
    }
    expect([name, passed, upstream.reached]).toEqual([name, [], []]);

    const { id, raw } = await issueKey(server, { scopes: ['repos:read'] });
    for (const method of ['GET', 'OPTIONS', 'POST', 'DELETE']) {
      for (const path of ['/v1/things/7?x=1', '/fixed/things?x=1']) {
        expect([method, path, await send(method, path, raw)]).toEqual([method, path, 200]);
        const reached = upstream.reached.pop();
        expect(identityHeaders.map((each) => reached?.[each.toLowerCase()])).toEqual([
          'org_demo_acme',
          '-',
          id,
          'repos:read',
          'live',
          '-',
        ]);
      }
    }
    for (const path of paths) await send('GET', path, raw);
    for (const reached of upstream.reached) {
      expect(reached['x-reporisk-key-id']).toBe(id);
      expect(Object.values(reached).join()).not.toContain('forged');
    }

    const once = await issueKey(server, { rate_limit: { limit: 1, window_seconds: 3600 } });
    expect(await send('GET', '/fixed/', once.raw)).toBe(200);
    expect(await send('GET', '/fixed/', once.raw)).toBe(limited);
  },
);
