import { expect, test } from 'vitest';
import { answer, body, issueKey } from '../../support/issued-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';

const settings = '/api/v1/settings/api-keys';
const day = 24 * 3_600_000;

async function told(server: RunningServer, path: string) {
  await server.usage.flush();
  const { body } = await answer(server.fetch(`${settings}/${path}`, { as: 'parent-admin' }));
  return body;
}

async function rotate(server: RunningServer, id: string, graceSeconds: number) {
  const json = { grace_seconds: graceSeconds };
  const response = await server.fetch(`${settings}/${id}/rotate`, { as: 'parent-admin', json });
  return (await body<{ raw_key: string }>(response)).raw_key;
}

onBothDatabases((kind) => {
  test('apiKeys.retiringUse tells who still uses the retiring secret', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const use = (as: string, agent: string) =>
      server.fetch('/api/v1/key', { as, headers: { 'user-agent': agent } });
    const { id, raw } = await issueKey(server);
    await use(raw, 'before');
    expect(await told(server, `${id}/retiring-use`)).toEqual({ retiring_until: null, items: [] });

    const successor = await rotate(server, id, 3600);
    await use(raw, 'old-runner');
    await use(successor, 'new-runner');
    clock.advance(60_000);
    await use(raw, 'cron');
    await use(raw, 'old-runner');
    clock.advance(60_000);
    await use(raw, 'cron');
    expect(await told(server, `${id}/retiring-use`)).toEqual({
      retiring_until: '2026-03-04T06:06:07.089Z',
      items: [
        {
          ip_address: '127.0.0.1',
          user_agent: 'cron',
          calls: 2,
          last_used_at: '2026-03-04T05:08:07.089Z',
        },
        {
          ip_address: '127.0.0.1',
          user_agent: 'old-runner',
          calls: 2,
          last_used_at: '2026-03-04T05:07:07.089Z',
        },
      ],
    });

    // The next rotation ends that grace and begins another, which has not been used yet.
    await rotate(server, id, 7200);
    await use(raw, 'cron');
    expect(await told(server, `${id}/retiring-use`)).toMatchObject({
      retiring_until: '2026-03-04T07:08:07.089Z',
      items: [],
    });
    await use(successor, 'new-runner');
    expect(await told(server, `${id}/retiring-use`)).toMatchObject({
      items: [{ user_agent: 'new-runner', calls: 1 }],
    });

    await server.fetch(`${settings}/${id}/end-grace`, { as: 'parent-admin', method: 'POST' });
    expect(await told(server, `${id}/retiring-use`)).toEqual({ retiring_until: null, items: [] });
  });

  test('apiKeys.unusedScopes tells what a key never used, and for how long it was watched', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const scopes = ['repos:read', 'repos:analyze'];
    const { id, raw } = await issueKey(server, { scopes });
    clock.advance(10 * day);
    await server.fetch('/api/v1/key', { as: raw });
    // Refused: this is no use of the scope.
    await server.fetch('/api/v1/extensions', { as: raw });
    expect(await told(server, `${id}/unused-scopes`)).toEqual({
      observed_days: 10,
      unused: scopes,
      used: [],
    });
    await server.fetch('/api/v1/repos', { as: raw });
    expect(await told(server, `${id}/unused-scopes`)).toEqual({
      observed_days: 10,
      unused: ['repos:analyze'],
      used: [{ scope: 'repos:read', last_used_at: '2026-03-14T05:06:07.089Z' }],
    });
    clock.advance(90 * day + 1);
    expect(await told(server, `${id}/unused-scopes`)).toEqual({
      observed_days: 90,
      unused: scopes,
      used: [],
    });
  });

  test('apiKeys.unusedScopes of a key with every scope names those it could do without', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server, { scopes: null });
    await server.fetch('/api/v1/repos', { as: raw });
    expect(await told(server, `${id}/unused-scopes`)).toMatchObject({
      unused: ['repos:analyze', 'extensions:read', 'extensions:submit', 'admin:*'],
      used: [{ scope: 'repos:read' }],
    });
  });
});
