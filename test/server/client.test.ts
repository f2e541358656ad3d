import { expect, test } from 'vitest';
import { createRepoRiskClient, refusalOf } from '../../server/client.ts';
import { startServerOn } from '../support/server.ts';

/** The refusal of a call that must be refused. */
async function refusalIn(call: Promise<unknown>) {
  const answer = await call.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  expect(answer).not.toBeNull();
  return refusalOf(answer?.error);
}

test('createRepoRiskClient() calls with the session of the moment', async () => {
  await using server = await startServerOn('sqlite');
  const asked: string[] = [];
  const client = createRepoRiskClient({
    url: `${server.url}/`,
    async session() {
      asked.push('session');
      return server.token('parent-admin');
    },
  });
  const { key, rawKey } = await client.apiKeys.create.mutate({ label: 'CI Pipeline' });
  expect(rawKey).toMatch(/^rrk_live_/);
  await client.apiKeys.revoke.mutate({ id: key.id });
  expect(asked).toHaveLength(2);
});

test('refusalOf() gives the sentence of a refusal, or the list of rejected fields', async () => {
  await using server = await startServerOn('sqlite');
  const { url } = server;
  const stranger = createRepoRiskClient({ url, session: 'a.b.c' });
  expect(await refusalIn(stranger.session.get.query({}))).toMatchObject({
    httpStatus: 401,
    detail: expect.any(String),
  });
  const admin = createRepoRiskClient({ url, session: server.token('parent-admin') });
  expect(await refusalIn(admin.apiKeys.create.mutate({ label: '' }))).toMatchObject({
    httpStatus: 422,
    detail: [{ loc: ['body', 'label'], msg: expect.any(String), type: expect.any(String) }],
  });
});

test('refusalOf() gives null where no server answered', async () => {
  const away = createRepoRiskClient({ url: 'http://127.0.0.1:9', session: 'x' });
  expect(await refusalIn(away.session.get.query({}))).toBeNull();
});

test('createRepoRiskClient() refuses an address that is none', () => {
  expect(() => createRepoRiskClient({ url: 'here', session: 'x' })).toThrow(TypeError);
});
