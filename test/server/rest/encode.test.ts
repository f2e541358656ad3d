import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { encode, encodeInSteps } from '../../../server/rest/encode.ts';
import { snakeForm } from '../../../server/wire/output-form.ts';

const form = snakeForm(z.array(z.object({ tokenHash: z.string() })));

test('a long list is encoded in steps, between which others have their turns', async () => {
  const output = Array.from({ length: 20_000 }, (_, n) => ({ tokenHash: `${n}` }));
  let turns = 0;
  let isOver = false;
  const encoded = Promise.resolve(encodeInSteps(output, form)).finally(() => {
    isOver = true;
  });
  for (; !isOver; turns += 1) await setImmediate();
  expect(await encoded).toBe(encode(output, form));
  expect(JSON.parse(await encoded).at(-1)).toEqual({ token_hash: '19999' });
  expect(turns).toBeGreaterThan(20);
});
