import { expect, test } from 'vitest';
import { onBothDatabases, startServerOn } from './server.ts';

onBothDatabases((kind) => {
  test('startServer() serves the demo and keeps what it logs', async () => {
    await using server = await startServerOn(kind);
    const response = await server.fetch('/api/v1/settings/session', { as: 'parent-admin' });
    expect(await response.json()).toMatchObject({ organization: { id: 'org_demo_acme' }, tier: 3 });
    expect(server.log.map((line) => JSON.parse(line).msg)).toEqual(['request']);
  });

  test('startServer() takes up a session that the test made up', async () => {
    await using server = await startServerOn(kind);
    const token = server.session({ user: 'user_eve', organization: 'org_demo_globex' });
    const response = await server.fetch('/api/v1/settings/session', { as: token });
    expect(await response.json()).toMatchObject({ user: { id: 'user_eve' }, role: 'member' });
  });
});
