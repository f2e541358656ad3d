import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { allWell, create, expectRecovery, type Manageable, manage } from '../support/management.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { serverProcess } from '../support/server-process.ts';
import { silentProxy } from './silent-proxy.ts';

const timeout = 120_000;

type Process = Awaited<ReturnType<typeof serverProcess>>;

/** A process as `manage` asks it: each has its own demo, and so its own sessions. */
async function manageable({ url, token }: Process): Promise<Manageable> {
  const session = await token('parent-admin');
  return {
    fetch(path, { as, method, json } = {}) {
      const headers = { authorization: `Bearer ${as === 'parent-admin' ? session : as}` };
      if (json === undefined) return fetch(url + path, { method: method ?? 'GET', headers });
      return fetch(url + path, {
        method: method ?? 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(json),
      });
    },
  };
}

test('a process stopped in a transaction stops no other, and works when it goes on', {
  timeout,
}, async () => {
  await using place = await postgresDatabase();
  await using proxy = await silentProxy(place.url);
  const SERVER_SECRET = randomBytes(32).toString('base64');
  const start = (url: string) =>
    serverProcess({
      DATABASE_URL: url,
      SERVER_SECRET,
      PLATFORM_RATE_LIMIT: 'off',
      FAILED_AUTH_RATE_LIMIT: 'off',
    });
  await using stopped = await start(proxy.url);
  await using first = await start(place.url);
  await using second = await start(place.url);
  const one = await manageable(stopped);
  const others = [await manageable(first), await manageable(second)];
  for (const server of [one, ...others]) expect(await manage(server)).toEqual(allWell);

  const insert = 'insert into "api_key_secret"';
  // With the lock on the end of the audit log; at the begin of a transaction; in the middle.
  const points = [[insert, 'commit\0'], ['begin\0'], [insert]];
  for (const texts of process.env.LONG_TESTS ? points : points.slice(0, 1)) {
    const reached = proxy.stopAt(...texts);
    const cut = create(one);
    const pass = await reached;
    stopped.signal('SIGSTOP');
    // Each waits for the locks of the stopped one, and no longer than the database lets it keep
    // them.
    await Promise.all(others.map(expectRecovery));
    stopped.signal('SIGCONT');
    pass();
    expect([201, 503]).toContain((await cut).status);
    await expectRecovery(one);
  }
});
