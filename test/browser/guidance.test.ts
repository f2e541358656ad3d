import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey, inDatabase, useKey } from './demo-keys.ts';

let console: RunningConsole;

beforeAll(async () => {
  console = await startConsole();
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

test('Guidance counts keys with an old secret: not those that were rotated since', async () => {
  const hundredDaysAgo = Date.now() - 100 * 86_400_000;
  const keys = [];
  for (const label of ['Kept', 'Rotated']) {
    const key = await createKey(console, { label });
    await inDatabase(
      console,
      'update api_key set created_at = ? where id = ?',
      hundredDaysAgo,
      key.id,
    );
    await useKey(console, key);
    keys.push(key);
  }
  const rotated = await console.send(
    'parent-admin',
    `/api/v1/settings/api-keys/${keys[1]?.id}/rotate`,
    {},
  );
  expect(rotated.status).toBe(200);

  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  const guidance = page.getByRole('region', { name: 'Good practice' });
  await guidance.getByText('1 key with a secret over 90 days old').waitFor();
  expect(await guidance.getByText('2 keys with').count()).toBe(0);
});
