import { expect, test } from 'vitest';
import { answer, issueKey } from '../../../support/issued-keys.ts';
import { startServerOn } from '../../../support/server.ts';

const keys = '/v1/api-keys';
const invalid = { status: 401, body: { detail: 'Invalid API key' } };

test('a key given together with a different one is refused, and malformed ids are not found', async () => {
  await using server = await startServerOn('sqlite', {
    coherent: true,
    dialects: ['repurai', 'platform'],
    every: () => () => {},
  });
  const key = await issueKey(server, { dialect: 'repurai' });
  const own = { 'x-api-key': key.raw };
  const both = {
    ...own,
    authorization: `Bearer ${key.raw.slice(0, -1)}${key.raw.endsWith('0') ? '1' : '0'}`,
  };
  expect(await answer(server.fetch(keys, { headers: both }))).toEqual(invalid);
  for (const id of ['%00', 'key_%00', `${key.id}%00`, 'x'.repeat(5000), '%27', `${key.id}%2F`]) {
    for (const method of ['DELETE', 'PATCH']) {
      const json = method === 'PATCH' ? { json: { name: 'Other' } } : {};
      const { status } = await answer(
        server.fetch(`${keys}/${id}`, { method, headers: own, ...json }),
      );
      expect([method, id.slice(0, 40), [400, 404, 422].includes(status)]).toEqual([
        ...[method, id.slice(0, 40), true],
      ]);
    }
  }
  expect((await answer(server.fetch(keys, { headers: own }))).status).toBe(200);
});
