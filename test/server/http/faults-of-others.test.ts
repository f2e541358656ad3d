import { expect, test } from 'vitest';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';

// Faults that other key services had or have. Each is a test here, even where the same is tested
// elsewhere: the whole list stands in one place.

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';
const day = 86_400_000;

const status = async (server: RunningServer, raw: string, path = '/api/v1/key') =>
  (await server.fetch(path, { as: raw })).status;
const change = (server: RunningServer, id: string, json: object) =>
  answer(server.fetch(`${keys}/${id}`, { as, method: 'PATCH', json }));
const rotate = (server: RunningServer, id: string, json: object = {}) =>
  answer(server.fetch(`${keys}/${id}/rotate`, { as, json }));
const record = async (server: RunningServer, id: string) =>
  (await answer(server.fetch(`${keys}/${id}`, { as }))).body;
const limited = (limit: number) => ({ rate_limit: { limit, window_seconds: 60 } });

async function tally(server: RunningServer, raw: string, count: number) {
  const all = await Promise.all(Array.from({ length: count }, () => status(server, raw)));
  return [200, 429].map((each) => all.filter((one) => one === each).length);
}

onBothDatabases((kind) => {
  test('a rotation neither extends a key that expires nor revives one that has', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { coherent: true, now: clock.now });
    const old = await issueKey(server, { expires_in_days: 1 });
    clock.advance(day - 1000);
    const { body } = await rotate(server, old.id, { grace_seconds: 604_800 });
    expect(body.key.expires_at).toBe(old.record.expires_at);
    clock.advance(999);
    const both = () => Promise.all([old.raw, body.raw_key].map((raw) => status(server, raw)));
    expect(await both()).toEqual([200, 200]);
    clock.advance(1);
    expect(await both()).toEqual([401, 401]);
    for (const grace_seconds of [0, 604_800]) {
      expect(await rotate(server, old.id, { grace_seconds })).toEqual({
        status: 409,
        body: { detail: 'API key is expired or revoked' },
      });
    }
    await change(server, old.id, { disabled: false });
    expect(await both()).toEqual([401, 401]);
  });

  test('a rotation leaves the old secret alive in no cache', async () => {
    await using server = await startServerOn(kind, { coherent: true });
    const { id, raw } = await issueKey(server);
    for (let time = 0; time < 20; time++) expect(await status(server, raw)).toBe(200);
    const { body } = await rotate(server, id);
    const all = await Promise.all(Array.from({ length: 50 }, () => status(server, raw)));
    expect(new Set(all)).toEqual(new Set([401]));
    expect(await status(server, body.raw_key)).toBe(200);
  });

  test('a request that is refused for another reason spends nothing of a limit', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server, { ...limited(2), scopes: ['extensions:read'] });
    for (let time = 0; time < 5; time++)
      expect(await status(server, raw, '/api/v1/repos')).toBe(403);
    await change(server, id, { disabled: true });
    for (let time = 0; time < 5; time++) expect(await status(server, raw)).toBe(401);
    await change(server, id, { disabled: false });
    expect(await tally(server, raw, 5)).toEqual([2, 3]);
  });

  test('steady traffic, refused or not, never makes a window longer', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const { raw } = await issueKey(server, limited(3));
    // One request each second, for five windows: the first three of each window are admitted, and
    // no others.
    const admitted: number[] = [];
    for (let second = 0; second < 300; second++) {
      if ((await status(server, raw)) === 200) admitted.push(second % 60);
      clock.advance(1000);
    }
    expect(admitted).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  test('limits of keys with the same name, or of one organization, do not collide', async () => {
    await using server = await startServerOn(kind);
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    const label = 'CI';
    const one = await issueKey(server, { label, ...limited(2) });
    const two = await issueKey(server, { label, ...limited(2) });
    const foreign = await issueKey(server, { label, ...limited(2) }, gina);
    const named = await issueKey(server, { label: one.id, ...limited(2) });
    for (const { raw } of [one, two, foreign, named]) {
      expect(await tally(server, raw, 4)).toEqual([2, 2]);
    }
  });

  test('verifying an expired key deletes nothing of it', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { coherent: true, now: clock.now });
    const { id, raw, record: before } = await issueKey(server, { expires_in_days: 1 });
    clock.advance(400 * day);
    for (let time = 0; time < 3; time++) expect(await status(server, raw)).toBe(401);
    await server.propagated();
    expect(await record(server, id)).toMatchObject({
      ...before,
      status: 'expired',
      is_active: false,
      last_used_at: expect.toSatisfy((at) => at === null || typeof at === 'string'),
    });
    const secrets = { keyId: id, retiresAt: null };
    expect(await server.database.read().count(ApiKeySecret, secrets)).toBe(1);
    const log = await answer(server.fetch(`/api/v1/settings/audit-log?target=${id}`, { as }));
    expect(log.body.items).toMatchObject([{ action: 'apiKeys.create' }]);
  });

  test('a verification under way writes nothing back: what was disabled stays so', async () => {
    await using server = await startServerOn(kind, { coherent: true });
    const { id, raw } = await issueKey(server);
    for (let round = 0; round < 5; round++) {
      await change(server, id, { disabled: false });
      const calls = Array.from({ length: 30 }, () => status(server, raw));
      const disabled = await change(server, id, { disabled: true });
      expect(disabled.body.status).toBe('disabled');
      expect(await status(server, raw)).toBe(401);
      await Promise.all(calls);
      await server.usage.flush();
      expect(await status(server, raw)).toBe(401);
      expect(await record(server, id)).toMatchObject({ status: 'disabled', label: 'CI' });
    }
  });

  test('apiKeys.update tells absent, null, zero and empty apart', async () => {
    await using server = await startServerOn(kind);
    const full = {
      description: 'nightly',
      scopes: ['repos:read'],
      ip_allow_list: ['127.0.0.0/8'],
      ...limited(5),
    };
    const { id, record: made } = await issueKey(server, { ...full, expires_in_days: 9 });
    const at = { updated_at: expect.any(String) };
    expect(made).toMatchObject(full);
    // Absent: unchanged. A field that cannot be changed is refused.
    expect(await change(server, id, {})).toEqual({ status: 200, body: made });
    for (const fixed of [{ expires_at: null }, { sub_org_id: 1 }, { revoked_at: null }]) {
      expect(await change(server, id, fixed)).toMatchObject({
        status: 422,
        body: { detail: [{ type: 'value_error.extra' }] },
      });
    }
    // Null clears where there is something to clear, and is refused where there is not.
    const cleared = { description: null, scopes: null, ip_allow_list: null, rate_limit: null };
    for (const name of ['label', 'disabled', 'created_by']) {
      expect(await change(server, id, { [name]: null })).toMatchObject({
        status: 422,
        body: { detail: [{ loc: ['body', name], type: 'type_error.none.not_allowed' }] },
      });
    }
    expect(await record(server, id)).toEqual(made);
    expect((await change(server, id, cleared)).body).toEqual({ ...made, ...cleared, ...at });
    // Empty and zero are distinct values, or refused.
    expect((await change(server, id, { scopes: [] })).body).toMatchObject({ scopes: [] });
    expect((await change(server, id, { description: '' })).body).toMatchObject({ description: '' });
    for (const none of [
      { ip_allow_list: [] },
      { label: '' },
      { label: ' ' },
      limited(0),
      { rate_limit: 0 },
      { rate_limit: {} },
      { rate_limit: { limit: 1, window_seconds: 0 } },
      { rate_limit: { limit: null, window_seconds: 1 } },
      { disabled: 0 },
      { disabled: '' },
      { scopes: '' },
      { scopes: [null] },
    ]) {
      expect((await change(server, id, none)).status).toBe(422);
    }
    expect(await record(server, id)).toEqual({
      ...made,
      ...cleared,
      ...at,
      scopes: [],
      description: '',
    });
  });

  test('of two rotations at once, one new secret works', async () => {
    await using server = await startServerOn(kind, { coherent: true });
    for (let round = 0; round < 5; round++) {
      const { id } = await issueKey(server);
      const grace = { grace_seconds: 600 };
      const both = await Promise.all([rotate(server, id, grace), rotate(server, id, grace)]);
      const em = server.database.read();
      expect(await em.count(ApiKeySecret, { keyId: id, retiresAt: null })).toBe(1);
      const { key_suffix: suffix } = await record(server, id);
      const won = both.filter((each) => each.status === 200);
      expect(won.at(-1)).toBeDefined();
      expect(won.map(({ body }) => body.key.key_suffix)).toContain(suffix);
    }
  });

  test.each(['created_at', '-created_at', 'label', '-label', '-expires_at'])(
    'a list by %s shows each key once while others are created',
    async (sort) => {
      await using server = await startServerOn(kind);
      const issue = (label: string) => issueKey(server, { label, expires_in_days: 5 });
      const before = [];
      for (const label of ['m', 'b', 'm', 'z', 'm', 'a', 'm']) before.push((await issue(label)).id);
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const from: string = cursor && `&cursor=${cursor}`;
        const page = await answer(server.fetch(`${keys}?limit=2&sort=${sort}${from}`, { as }));
        seen.push(...page.body.items.map(({ id }: { id: string }) => id));
        cursor = page.body.next_cursor;
        if (seen.length < 12) await Promise.all(['a', 'm', 'zz'].map(issue));
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(before.filter((id) => !seen.includes(id))).toEqual([]);
    },
  );

  test('a missing scope is told as that, not as a key that is not there', async () => {
    await using server = await startServerOn(kind);
    const forbidden = { status: 403, body: { detail: 'Insufficient permissions' } };
    const { raw } = await issueKey(server, { scopes: [] });
    for (const path of ['/api/v1/repos', '/api/v1/repos/1', '/api/v1/extensions']) {
      expect(await answer(server.fetch(path, { as: raw }))).toEqual(forbidden);
    }
    const json = { url: 'https://example.invalid/x' };
    const submit = server.fetch('/api/v1/repos/analyze', { as: raw, json });
    expect(await answer(submit)).toEqual(forbidden);
    expect(await status(server, raw)).toBe(200);
  });

  test('a key is the session’s, whatever owner the body names', async () => {
    await using server = await startServerOn(kind);
    const owners = ['org_id', 'orgId', 'organization_id', 'organization', 'owner', 'owner_id'];
    const users = ['created_by', 'createdBy', 'user_id', 'userId', 'principal'];
    const chosen = {
      ...Object.fromEntries(owners.map((name) => [name, 'org_demo_globex'])),
      ...Object.fromEntries(users.map((name) => [name, 'gina'])),
      id: 'key_chosen',
      imported: true,
      is_active: false,
      revoked_at: null,
    };
    const refused = await answer(
      server.fetch(keys, { as: 'parent-admin', json: { label: 'CI', ...chosen } }),
    );
    expect(refused.body.detail.map(({ loc }: { loc: string[] }) => loc)).toEqual(
      Object.keys(chosen).map((name) => ['body', name]),
    );
    const { id, record: made } = await issueKey(server);
    expect(made).toMatchObject({ created_by: 'user_demo_parent_admin', status: 'active' });
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    expect((await server.fetch(`${keys}/${id}`, { as: gina })).status).toBe(404);
    const theirs = await answer(server.fetch(keys, { as: gina }));
    expect(theirs.body.items).toEqual([]);
  });
});
