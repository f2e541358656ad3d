import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { encode, encodeInSteps } from '../../../server/rest/encode.ts';

test.each([[{ subOrgId: 1, items: [{ rawKey: null }] }], [[]], [[{ tokenHash: 'a' }, null, 1]]])(
  'encodeInSteps() writes %j as encode() does',
  async (output) => {
    expect(await encodeInSteps(output)).toBe(encode(output));
  },
);

test('a long list is encoded in steps, between which others have their turns', async () => {
  const output = Array.from({ length: 20_000 }, (_, n) => ({ tokenHash: `${n}` }));
  let turns = 0;
  let isOver = false;
  const encoded = encodeInSteps(output).finally(() => {
    isOver = true;
  });
  for (; !isOver; turns += 1) await setImmediate();
  expect(await encoded).toBe(encode(output));
  expect(turns).toBeGreaterThan(20);
});
