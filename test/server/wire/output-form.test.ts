import { expect, test } from 'vitest';
import { z } from 'zod';
import { camelForm, snakeForm } from '../../../server/wire/output-form.ts';
import { definedOperations } from '../operations/defined-operations.ts';

const schema = z.object({
  subOrgId: z.int().nullable(),
  calls7d: z.array(z.int()),
  owner: z.object({ kindOf: z.string() }).nullable(),
  items: z.array(z.object({ rawKey: z.string().optional() })),
  changes: z.record(z.string(), z.unknown()),
  result: z.record(z.string(), z.unknown()),
});

const output = {
  ...{ subOrgId: null, calls7d: [1], owner: null, items: [{ rawKey: 'a', lookup: 'secret' }] },
  ...{ changes: { rateLimit: { windowSeconds: 1 } }, result: { foundBy: 1 }, seal: 'secret' },
};

test('snakeForm() has the members of the schema and no others, in snake case', () => {
  expect(snakeForm(schema)(output)).toEqual({
    ...{ sub_org_id: null, calls_7d: [1], owner: null, items: [{ raw_key: 'a' }] },
    ...{ changes: { rate_limit: { window_seconds: 1 } }, result: { foundBy: 1 } },
  });
});

test('camelForm() keeps the names', () => {
  const { seal, ...rest } = output;
  expect(camelForm(schema)(output)).toEqual({ ...rest, items: [{ rawKey: 'a' }] });
});

test('a form throws where an output lacks a member, and leaves an optional one out', () => {
  const { owner, ...lacking } = output;
  expect(() => snakeForm(schema)(lacking)).toThrow('lacks owner');
  expect(JSON.stringify(snakeForm(schema)({ ...output, items: [{}] }))).toContain('"items":[{}]');
});

test('each operation’s output has both forms', async () => {
  for (const { output: own } of await definedOperations()) {
    expect([camelForm(own), snakeForm(own)]).toEqual([expect.any(Function), expect.any(Function)]);
  }
});
