import { expect, test } from 'vitest';
import { answer, demoIds, type IssuedKey, issueKey } from '../../support/issued-keys.ts';
import {
  databaseKinds,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';
const day = 86_400_000;

async function list(server: RunningServer, query: string) {
  const { status, body } = await answer(server.fetch(`${keys}?${query}`, { as }));
  expect([query, status]).toEqual([query, 200]);
  return body as { items: Record<string, unknown>[]; next_cursor: string | null; total: number };
}

/** Every id of a list, a page of one or two at a time; fails when it does not end. */
async function walk(server: RunningServer, query: string, most: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await list(server, `${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    seen.push(...page.items.map(({ id }) => id));
    expect(seen.length).toBeLessThanOrEqual(most);
    cursor = page.next_cursor;
  }
  return seen;
}

/** The times that can be stored and shown, their neighbours, and none. */
const extremes = [
  '0001-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00.001Z',
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00.000Z',
  '2026-01-01T00:00:00.123Z',
  '2026-01-01T00:00:00.123Z',
  '9999-12-31T23:59:58.999Z',
  '9999-12-31T23:59:59.000Z',
  '9999-12-31T23:59:59.001Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999Z',
  null,
  null,
];

for (const kind of databaseKinds) {
  test(`a list of keys on ${kind} ends and hides nothing, whatever their times are`, async () => {
    await using server = await startServerOn(kind);
    const made: IssuedKey[] = [];
    for (const _ of extremes) made.push(await issueKey(server));
    await server.database.transaction(async (em) => {
      for (const [n, time] of extremes.entries()) {
        const at = time === null ? null : new Date(time);
        const { id = '' } = made[n] ?? {};
        await em.execute('update api_key set expires_at = ?, created_at = ? where id = ?', [
          at,
          at ?? new Date('9999-12-31T23:59:59.000Z'),
          id,
        ]);
        if (at !== null) await em.execute('insert into key_use values (?, ?)', [id, at]);
      }
    });
    const all = made.map(({ id }) => id).sort();
    for (const column of ['created_at', 'expires_at', 'last_used_at', 'label']) {
      for (const sort of [column, `-${column}`]) {
        for (const limit of [1, 2, 5]) {
          const seen = await walk(server, `sort=${sort}&limit=${limit}`, all.length);
          expect([sort, [...seen].sort()]).toEqual([sort, all]);
        }
      }
    }
    const never = made.slice(-2).map(({ id }) => id);
    expect((await walk(server, 'sort=expires_at', all.length)).slice(-2).sort()).toEqual(
      never.sort(),
    );
    expect((await walk(server, 'sort=last_used_at', all.length)).slice(0, 2).sort()).toEqual(never);
  });

  test(`a walk on ${kind} shows each key that stays once while others come, go and are used`, async () => {
    await using server = await startServerOn(kind);
    const stay: string[] = [];
    for (let n = 0; n < 12; n++) stay.push((await issueKey(server, { label: `stay ${n % 3}` })).id);
    for (const sort of ['label', '-label', 'created_at', '-created_at', 'expires_at']) {
      const seen: unknown[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page = await list(
          server,
          `sort=${sort}&limit=2&search=stay${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor;
        const { id } = await issueKey(server, { label: 'comes' });
        await server.fetch(`${keys}/${id}`, { as, method: 'DELETE' });
      }
      expect([sort, [...seen].sort()]).toEqual([sort, stay]);
    }
  });

  test(`owners and what keys are blocked by are told on ${kind}`, async () => {
    await using server = await startServerOn(kind);
    const colleague = server.session({
      user: 'user_c',
      organization: 'org_demo_acme',
      role: 'admin',
    });
    const account = await answer(
      server.fetch('/api/v1/settings/service-accounts', {
        as,
        json: { name: 'Bot', role: 'viewer' },
      }),
    );
    const { id: accountId } = account.body;
    const own = await issueKey(server, { label: 'own' });
    const bots = await issueKey(server, { label: 'bot', service_account_id: accountId });
    const make = async (json: object) =>
      (await answer(server.fetch(keys, { as: colleague, json }))).body.key.id as string;
    const reads = await make({ label: 'reads', scopes: ['repos:read'] });
    const writes = await make({ label: 'writes', scopes: ['repos:read', 'repos:analyze'] });
    const none = await make({ label: 'none', scopes: [] });
    const everything = await make({ label: 'everything' });
    const told = async (attention = '') => {
      const { items } = await list(server, `sort=label&limit=100${attention}`);
      return Object.fromEntries(
        items.map(({ label, blocked_reason: reason }) => [label, reason] as const),
      );
    };
    const free = { bot: null, everything: null, none: null, own: null, reads: null, writes: null };
    expect(await told()).toEqual(free);
    const { items } = await list(server, `owner=${accountId}`);
    expect(items).toMatchObject([
      { id: bots.id, owner: { kind: 'service_account', id: accountId, name: 'Bot' } },
    ]);
    const theirs = (await list(server, 'owner=user_c')).items.map(({ id }) => id);
    expect([...theirs].sort()).toEqual([reads, writes, none, everything].sort());

    const set = (sql: string, ...values: unknown[]) =>
      server.database.transaction((em) => em.execute(sql, values as never));
    await set("update membership set role = 'member' where user_id = 'user_c'");
    const demoted = { ...free, everything: 'owner_demoted', writes: 'owner_demoted' };
    expect(await told()).toEqual(demoted);
    await set('update membership set active = false where user_id = ?', 'user_c');
    await server.fetch(`/api/v1/settings/service-accounts/${accountId}`, {
      ...{ as, method: 'PATCH', json: { is_active: false } },
    });
    const left = {
      ...{ bot: 'service_account_disabled', own: null },
      ...{
        everything: 'owner_left',
        none: 'owner_left',
        reads: 'owner_left',
        writes: 'owner_left',
      },
    };
    expect(await told()).toEqual(left);
    const { own: _, ...blocked } = left;
    expect(await told('&attention=blocked')).toEqual(blocked);
    const attention = await answer(server.fetch(`${keys}/attention`, { as }));
    expect(attention.body).toMatchObject({ blocked: 5 });
    // A key that does nothing anyway is not blocked.
    await server.fetch(`${keys}/${reads}`, { as, method: 'PATCH', json: { disabled: true } });
    expect(await told()).toEqual({ ...left, reads: null });
    expect(own.record.owner).toMatchObject({ kind: 'member', id: 'user_demo_parent_admin' });
  });

  test(`what needs attention is counted over the organization on ${kind}, and each list agrees`, async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const { mobile } = await demoIds(server);
    const old = await issueKey(server, { label: 'old' });
    const used = await issueKey(server, { label: 'used' });
    await issueKey(server, { label: 'ends', expires_in_days: 100 });
    const gone = await issueKey(server, { label: 'gone' });
    await server.fetch(`${keys}/${gone.id}`, { as, method: 'DELETE' });
    clock.advance(91 * day);
    await server.fetch('/api/v1/key', { as: gone.raw });
    await server.usage.flush();
    await server.database.transaction(async (em) => {
      const at = (days: number) => new Date(clock.now() - days * day);
      await em.execute('insert into key_use values (?, ?)', [used.id, at(89)]);
      await em.execute('insert into key_use values (?, ?)', [old.id, at(90.5)]);
      for (const [days, count] of [
        [0, 3],
        [1, 2],
        [6, 1],
        [7, 9],
      ] as const) {
        const hour = new Date(Math.floor(at(days).getTime() / 3_600_000) * 3_600_000);
        const row = [used.id, hour, 'success', count];
        await em.execute(
          'insert into key_hour (key_id, hour, outcome, count) values (?, ?, ?, ?)',
          row,
        );
      }
    });
    const fresh = await issueKey(server, {
      label: 'fresh',
      expires_in_days: 1,
      sub_org_id: mobile,
    });
    await server.fetch(`${keys}/${fresh.id}/rotate`, { as, json: { grace_seconds: 600 } });
    const found = async (attention: string) =>
      (await list(server, `sort=label&attention=${attention}`)).items.map(({ label }) => label);
    const lists = {
      expiring: await found('expiring'),
      old_secret: await found('old_secret'),
      unused: await found('unused'),
      blocked: await found('blocked'),
      rotating: await found('rotating'),
      refused_lately: await found('refused_lately'),
    };
    expect(lists).toEqual({
      expiring: ['ends', 'fresh'],
      old_secret: ['ends', 'old', 'used'],
      unused: ['ends', 'old'],
      blocked: [],
      rotating: ['fresh'],
      refused_lately: ['gone'],
    });
    const { body } = await answer(server.fetch(`${keys}/attention`, { as }));
    expect(body).toEqual(
      Object.fromEntries(Object.entries(lists).map(([name, labels]) => [name, labels.length])),
    );
    const { items, total } = await list(server, 'search=used');
    expect([items[0]?.calls_7d, total]).toEqual([[1, 0, 0, 0, 0, 2, 3], 1]);
  });
}
