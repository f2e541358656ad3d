import { beforeAll, expect, test } from 'vitest';
import { reporiskRoutes } from '../../../server/rest/reporisk.ts';
import { onOneServerEach, type RunningServer } from '../../support/server.ts';
import { accessTable, type Cell } from './access-table.ts';
import { type CallerKind, callerKinds, callers } from './callers.ts';
import { definedOperations } from './defined-operations.ts';
import { procedures } from './procedures.ts';
import { type Sent, sendRest } from './send-rest.ts';

const names = (operations: readonly { readonly name: string }[]) =>
  operations.map(({ name }) => name).sort();

test('accessTable has every operation of the network, and each has a route', async () => {
  const defined = (await definedOperations()).filter(({ access }) => access.plane !== 'operator');
  expect(Object.keys(accessTable).sort()).toEqual(names(defined));
  expect(names(reporiskRoutes.map((route) => route.operation))).toEqual(names(defined));
});

test('appRouter has every management operation but the download, as what it is', async () => {
  const management = (await definedOperations()).filter(
    ({ name, access }) => access.plane === 'management' && name !== 'auditLog.export',
  );
  const kinds = Object.fromEntries(management.map(({ name, kind }) => [name, kind]));
  const types = Object.entries(procedures).map(([name, { _def }]) => [name, _def.type]);
  expect(Object.fromEntries(types)).toEqual(kinds);
});

onOneServerEach((server) => {
  let tokens: Record<CallerKind, string | undefined>;
  beforeAll(async () => {
    tokens = await callers(server());
  });

  test.each(Object.keys(accessTable))('%s answers every kind of caller', async (name) => {
    const route = reporiskRoutes.find(({ operation }) => operation.name === name);
    const row = accessTable[name];
    if (route === undefined || row === undefined) throw new Error(`${name} is not wired`);
    const answered: Partial<Record<CallerKind, Cell>> = {};
    const input = await row.input(server());
    for (const kind of callerKinds) {
      answered[kind] = cell(row.cells[kind], await sendRest(server(), route, input, tokens[kind]));
    }
    expect(answered).toEqual(row.cells);
  });

  test.each(Object.keys(procedures))('/trpc/%s answers every kind of caller', async (name) => {
    const row = accessTable[name];
    if (row === undefined) throw new Error(`${name} is not in the table`);
    const answered: Partial<Record<CallerKind, Cell>> = {};
    const expected: Partial<Record<CallerKind, Cell>> = {};
    const input = await row.input(server());
    for (const kind of callerKinds) {
      const response = await sendTrpc(server(), name, input, tokens[kind]);
      // tRPC has one status of success.
      const wanted = row.cells[kind];
      expected[kind] = typeof wanted === 'number' && wanted < 300 ? 200 : wanted;
      answered[kind] = cell(expected[kind], response);
    }
    expect(answered).toEqual(expected);
  });
});

/** An answer in the table's form. */
function cell(expected: Cell | undefined, { status, detail }: Sent): Cell {
  return typeof expected === 'number' ? status : [status, String(detail)];
}

async function sendTrpc(
  server: RunningServer,
  name: string,
  input: Record<string, unknown>,
  token: string | undefined,
): Promise<Sent> {
  const as = token === undefined ? {} : { as: token };
  const response =
    procedures[name]?._def.type === 'query'
      ? await server.fetch(`/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`, as)
      : await server.fetch(`/trpc/${name}`, { ...as, json: input });
  const body = (await response.json()) as { error?: { data: { detail: unknown } } };
  return { status: response.status, detail: body.error?.data.detail };
}
