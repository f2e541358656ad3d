import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Operation } from '../../../server/operations/operation.ts';
import { reporiskRoutes } from '../../../server/rest/reporisk.ts';
import { parseInput } from '../../../server/wire/validation.ts';

const folder = join(import.meta.dirname, '../../../server/operations');

/** Every operation there is, wired or not. */
async function operations(): Promise<Operation[]> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.ts'));
  const modules = await Promise.all(paths.map((path) => import(join(folder, path))));
  return modules
    .flatMap((module: object) => Object.values(module))
    .filter(
      (each) => typeof each === 'object' && each !== null && 'access' in each && 'run' in each,
    );
}

/** The places of a JSON Schema that have a list without a maximum. */
function unbounded(node: unknown, path: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const isList = 'type' in node && node.type === 'array' && !('maxItems' in node);
  const inside = Object.entries(node).flatMap(([name, each]) => unbounded(each, `${path}.${name}`));
  return isList ? [path, ...inside] : inside;
}

const jsonSchema = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

test('every list that an operation takes has a maximum', async () => {
  const all = await operations();
  expect(all.length).toBeGreaterThan(50);
  const raw = reporiskRoutes.flatMap((route) => (route.raw === undefined ? [] : [route.raw.body]));
  const found = [
    ...all.flatMap(({ name, input }) => unbounded(jsonSchema(input), name)),
    ...raw.flatMap((schema) => unbounded(jsonSchema(schema), 'raw')),
  ];
  expect(found).toEqual([]);
});

test('a list that is too long is refused before any item is looked at, in every operation', async () => {
  const lists = (await operations()).flatMap(({ name, input }) =>
    Object.entries(jsonSchema(input).properties ?? {}).flatMap(([field, each]) => {
      const { anyOf = [each] } = each as { anyOf?: unknown[] };
      const list = anyOf.find((one) => (one as { type?: unknown }).type === 'array');
      const { maxItems = 0 } = (list ?? {}) as { maxItems?: number };
      return list === undefined ? [] : [{ name, input, field, maxItems }];
    }),
  );
  expect(lists.length).toBeGreaterThan(5);
  for (const { name, input, field, maxItems } of lists) {
    let looks = 0;
    const items = new Proxy(new Array(maxItems + 1), {
      get(target, property) {
        if (/^\d+$/.test(String(property))) looks += 1;
        return Reflect.get(target, property);
      },
    });
    const msg = `ensure this value has at most ${maxItems} items`;
    const type = 'value_error.list.max_items';
    const errors = [{ path: [field], msg, type, ctx: { limit_value: maxItems } }];
    expect(() => parseInput(input, { [field]: items }), name).toThrow(
      expect.objectContaining({ errors }),
    );
    expect([name, field, looks]).toEqual([name, field, 0]);
  }
});

test('parseInput() lists a hundred faults at most', () => {
  const some = z.object({ items: z.array(z.string()).max(1_000) });
  const error = (() => {
    try {
      return parseInput(some, { items: Array(1_000).fill(4) });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({ errors: { length: 100 } });
});
