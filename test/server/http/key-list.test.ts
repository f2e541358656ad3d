import { beforeAll, describe, expect, test } from 'vitest';
import { maskKey } from '../../../core/mod.ts';
import { KeyUse } from '../../../server/database/entities/key-use.ts';
import { answer, demoIds, type IssuedKey, issueKey, revokeKey } from '../../support/issued-keys.ts';
import {
  databaseKinds,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';

interface Page {
  readonly items: readonly { readonly id: string; readonly label: string }[];
  readonly next_cursor: string | null;
}

describe.each(databaseKinds)('apiKeys.list on %s', (kind) => {
  const clock = testClock();
  let server: RunningServer;
  let mobile: number;
  /** Made in this order, a second apart. */
  const made: Record<string, IssuedKey> = {};

  beforeAll(async () => {
    server = await startServerOn(kind, { now: clock.now });
    mobile = (await demoIds(server)).mobile;
    const inputs: Record<string, Record<string, unknown>> = {
      bravo: { label: 'bravo', expires_in_days: 20 },
      Alpha: { label: 'Alpha', expires_in_days: 10 },
      charlie: { label: 'charlie 100%_!', sub_org_id: mobile },
      disabled: { label: 'disabled' },
      revoked: { label: 'revoked' },
      expired: { label: 'expired', expires_in_days: 1 },
    };
    for (const [name, input] of Object.entries(inputs)) {
      made[name] = await issueKey(server, input);
      clock.advance(1_000);
    }
    const id = (name: string) => made[name]?.id ?? '';
    await server.fetch(`${keys}/${id('disabled')}`, {
      as,
      method: 'PATCH',
      json: { disabled: true },
    });
    await revokeKey(server, id('revoked'));
    await server.database.transaction(async (em) => {
      await em.insert(KeyUse, { keyId: id('Alpha'), lastUsedAt: new Date(clock.now()) });
      await em.insert(KeyUse, { keyId: id('bravo'), lastUsedAt: new Date(clock.now() - 5) });
    });
    clock.advance(86_400_000);
    return () => server[Symbol.asyncDispose]();
  });

  async function list(query: string): Promise<string[]> {
    const { status, body } = await answer(server.fetch(`${keys}?${query}`, { as }));
    expect(status).toBe(200);
    const names = Object.entries(made).map(([name, { id }]) => [id, name] as const);
    return (body as Page).items.map(({ id }) => new Map(names).get(id) ?? id);
  }

  const newestFirst = ['expired', 'revoked', 'disabled', 'charlie', 'Alpha', 'bravo'];

  test('gives every key, newest first, revoked ones too', async () => {
    expect(await list('')).toEqual(newestFirst);
  });

  test.each([
    ['active', ['charlie', 'Alpha', 'bravo']],
    ['disabled', ['disabled']],
    ['expired', ['expired']],
    ['revoked', ['revoked']],
  ])('filters by status %s', async (status, expected) => {
    expect(await list(`status=${status}`)).toEqual(expected);
  });

  test('filters by service account; to others its id says nothing', async () => {
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    const json = { name: 'Deploy robot', role: 'viewer' };
    const account = await answer(
      server.fetch('/api/v1/settings/service-accounts', { as: gina, json }),
    );
    const { id } = await issueKey(server, { service_account_id: account.body.id }, gina);
    await issueKey(server, {}, gina);
    const path = `${keys}?service_account_id=${account.body.id}`;
    const { body } = await answer(server.fetch(path, { as: gina }));
    expect(body.items.map((key: { id: string }) => key.id)).toEqual([id]);
    expect((await answer(server.fetch(path, { as }))).body.items).toEqual([]);
  });

  test.each([
    ['created_at', [...newestFirst].reverse()],
    ['-created_at', newestFirst],
    ['label', ['Alpha', 'bravo', 'charlie', 'disabled', 'expired', 'revoked']],
    ['-label', ['revoked', 'expired', 'disabled', 'charlie', 'bravo', 'Alpha']],
    ['-last_used_at', ['Alpha', 'bravo', 'expired', 'revoked', 'disabled', 'charlie']],
    ['expires_at', ['expired', 'Alpha', 'bravo', 'charlie', 'disabled', 'revoked']],
    ['-expires_at', ['revoked', 'disabled', 'charlie', 'bravo', 'Alpha', 'expired']],
  ])('sorts by %s, on one page and on many', async (sort, expected) => {
    expect(await list(`sort=${sort}`)).toEqual(expected);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `sort=${sort}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const page: Page = (await answer(server.fetch(`${keys}?${query}`, { as }))).body;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(expected.map((name) => made[name]?.id));
  });

  test.each([
    ['ALPHA', ['Alpha']],
    ['r', ['revoked']],
    ['100%', ['charlie']],
    ['%_!', ['charlie']],
    ['%', []],
    ['___', []],
    ["' or 1=1 --", []],
    ['\\', []],
  ])('searches for %s to the letter', async (search, expected) => {
    expect(await list(`search=${encodeURIComponent(search)}`)).toEqual(expected);
  });

  test('searches for a whole preview', async () => {
    const preview = maskKey(made.bravo?.raw ?? '');
    expect(await list(`search=${encodeURIComponent(preview)}`)).toEqual(['bravo']);
    expect(await list(`search=${encodeURIComponent(preview.slice(0, -1))}`)).toEqual([]);
  });

  test.each([
    [keys, 'search'],
    ['/api/v1/settings/audit-log', 'actor'],
    ['/api/v1/settings/audit-log', 'target'],
  ])('%s refuses a raw key as its %s, and does not repeat it', async (path, name) => {
    const raw = made.bravo?.raw ?? '';
    const { status, body } = await answer(
      server.fetch(`${path}?${name}=${encodeURIComponent(`Bearer ${raw}`)}`, { as }),
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({ detail: [{ loc: ['query', name], type: 'value_error' }] });
    expect(JSON.stringify(body)).not.toContain(raw);
  });

  test('filters by sub-org, and by several at once', async () => {
    expect(await list(`sub_org_id=${mobile}`)).toEqual(['charlie']);
    expect(await list(`sub_org_id=${mobile}&status=revoked`)).toEqual([]);
    expect(await list('search=e&status=expired')).toEqual(['expired']);
  });

  test('refuses a cursor that another sort answered', async () => {
    const page = await answer(server.fetch(`${keys}?sort=label&limit=1`, { as }));
    const path = `${keys}?limit=1&cursor=${page.body.next_cursor}`;
    expect((await server.fetch(path, { as })).status).toBe(422);
  });

  test('gives each key with exactly the documented members, and no secret', async () => {
    const { body } = await answer(server.fetch(`${keys}?search=charlie`, { as }));
    const raw = made.charlie?.raw ?? '';
    expect(body).toEqual({
      items: [
        {
          id: made.charlie?.id,
          dialect: 'reporisk',
          label: 'charlie 100%_!',
          description: null,
          sub_org_id: mobile,
          service_account_id: null,
          preview: `${raw.slice(0, 13)}••••${raw.slice(-4)}`,
          key_prefix: raw.slice(0, 13),
          key_suffix: raw.slice(-4),
          environment: 'live',
          scopes: null,
          ip_allow_list: null,
          rate_limit: null,
          is_active: true,
          status: 'active',
          last_used_at: null,
          expires_at: null,
          created_by: 'user_demo_parent_admin',
          created_at: expect.stringMatching(/Z$/),
          updated_at: expect.stringMatching(/Z$/),
          revoked_at: null,
          revoked_reason: null,
          retiring_preview: null,
          retiring_until: null,
          owner: { kind: 'member', id: 'user_demo_parent_admin', name: 'Demo Admin' },
          blocked_reason: null,
          calls_7d: [0, 0, 0, 0, 0, 0, 0],
        },
      ],
      next_cursor: null,
      total: 1,
    });
  });
});
