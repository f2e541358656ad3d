import { expect, test } from 'vitest';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';
const second = 1_000;
const coherent = { coherent: true };

const works = async (server: RunningServer, raw: string) =>
  (await server.fetch('/api/v1/key', { as: raw })).status === 200;

async function rotate(server: RunningServer, id: string, json: object = {}) {
  return answer(server.fetch(`${keys}/${id}/rotate`, { as, json }));
}

onBothDatabases((kind) => {
  test('apiKeys.rotate replaces the secret and keeps id, scopes and expiry', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { ...coherent, now: clock.now });
    const old = await issueKey(server, { scopes: ['repos:read'], expires_in_days: 30 });
    clock.advance(5 * second);
    const { status, body } = await rotate(server, old.id);
    expect(status).toBe(200);
    expect(body).toEqual({
      key: {
        ...old.record,
        preview: `${body.raw_key.slice(0, 13)}••••${body.raw_key.slice(-4)}`,
        key_prefix: body.raw_key.slice(0, 13),
        key_suffix: body.raw_key.slice(-4),
        updated_at: new Date(clock.now()).toISOString(),
      },
      raw_key: expect.stringMatching(/^rrk_live_[0-9A-Za-z]{36}_[0-9A-Za-z]{6}$/),
    });
    expect([await works(server, old.raw), await works(server, body.raw_key)]).toEqual([
      false,
      true,
    ]);
  });

  test('a grace lets the old secret work to the millisecond, and shows it as retiring', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { ...coherent, now: clock.now });
    const old = await issueKey(server);
    const { body } = await rotate(server, old.id, { grace_seconds: 60 });
    expect(body.key).toMatchObject({
      retiring_preview: old.record.preview,
      retiring_until: new Date(clock.now() + 60 * second).toISOString(),
    });
    clock.advance(60 * second - 1);
    expect([await works(server, old.raw), await works(server, body.raw_key)]).toEqual([true, true]);
    clock.advance(1);
    expect([await works(server, old.raw), await works(server, body.raw_key)]).toEqual([
      false,
      true,
    ]);
    const { body: later } = await answer(server.fetch(`${keys}/${old.id}`, { as }));
    expect(later).toMatchObject({ retiring_preview: null, retiring_until: null });
  });

  test('a grace never outlives the key’s expiry', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { ...coherent, now: clock.now });
    const { id, record } = await issueKey(server, { expires_in_days: 1 });
    const { body } = await rotate(server, id, { grace_seconds: 604_800 });
    expect(body.key.retiring_until).toBe(record.expires_at);
  });

  test('rotating during a grace ends that grace', async () => {
    await using server = await startServerOn(kind, coherent);
    const first = await issueKey(server);
    const second = (await rotate(server, first.id, { grace_seconds: 600 })).body.raw_key;
    const third = (await rotate(server, first.id, { grace_seconds: 600 })).body.raw_key;
    const alive = await Promise.all([first.raw, second, third].map((raw) => works(server, raw)));
    expect(alive).toEqual([false, true, true]);
  });

  test('apiKeys.endGrace ends it at once, and again changes nothing', async () => {
    await using server = await startServerOn(kind, coherent);
    const old = await issueKey(server);
    const { body } = await rotate(server, old.id, { grace_seconds: 600 });
    for (let time = 0; time < 2; time++) {
      const ended = await answer(
        server.fetch(`${keys}/${old.id}/end-grace`, { as, method: 'POST' }),
      );
      expect(ended).toMatchObject({ status: 200, body: { retiring_preview: null } });
    }
    expect([await works(server, old.raw), await works(server, body.raw_key)]).toEqual([
      false,
      true,
    ]);
  });

  test('a disabled key stays disabled when it is rotated', async () => {
    await using server = await startServerOn(kind, coherent);
    const old = await issueKey(server);
    await server.fetch(`${keys}/${old.id}`, { as, method: 'PATCH', json: { disabled: true } });
    const { body } = await rotate(server, old.id);
    expect(body.key.status).toBe('disabled');
    expect(await works(server, body.raw_key)).toBe(false);
  });

  test('of rotations at the same time one wins, and the others change nothing', async () => {
    await using server = await startServerOn(kind, coherent);
    const old = await issueKey(server);
    const answers = await Promise.all(Array.from({ length: 8 }, () => rotate(server, old.id)));
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status !== 200);
    // One that began after another had answered may win too: each winner replaced the one before.
    const alive = await Promise.all(won.map(({ body }) => works(server, body.raw_key)));
    expect(alive.filter(Boolean)).toHaveLength(1);
    for (const each of lost) {
      expect(each).toEqual({ status: 409, body: { detail: 'API key was rotated meanwhile' } });
    }
    expect(await works(server, old.raw)).toBe(false);
  });

  test('a rotation beside a revocation never leaves a key that works', async () => {
    await using server = await startServerOn(kind, coherent);
    for (let round = 0; round < 5; round++) {
      const { id, raw } = await issueKey(server);
      const [rotated] = await Promise.all([
        rotate(server, id),
        server.fetch(`${keys}/${id}`, { as, method: 'DELETE' }),
      ]);
      expect(await works(server, raw)).toBe(false);
      if (rotated.status === 200) expect(await works(server, rotated.body.raw_key)).toBe(false);
    }
  });

  test.each(['archive', 'remove'] as const)(
    'keys created while the sub-org is being taken away (%s) do not live on',
    async (verb) => {
      await using server = await startServerOn(kind, coherent);
      const { mobile } = await demoIds(server);
      const path = `/api/v1/settings/sub-orgs/${mobile}`;
      const create = () =>
        answer(server.fetch(keys, { as, json: { label: 'race', sub_org_id: mobile } }));
      const [before, taken, ...after] = await Promise.all([
        create(),
        verb === 'archive'
          ? server.fetch(`${path}/archive`, { as, method: 'POST' })
          : server.fetch(path, { as, method: 'DELETE' }),
        ...Array.from({ length: 6 }, create),
      ]);
      expect(taken.ok).toBe(true);
      for (const { status, body } of [before, ...after]) {
        expect([201, 422]).toContain(status);
        if (status === 201) expect(await works(server, body.raw_key)).toBe(false);
      }
    },
  );

  test('keys created while all are being revoked are either counted or live on', async () => {
    await using server = await startServerOn(kind, coherent);
    await issueKey(server);
    const results = await Promise.all([
      ...Array.from({ length: 4 }, () => issueKey(server)),
      answer(server.fetch(`${keys}/revoke-all`, { as, json: { confirm: 1 } })),
      ...Array.from({ length: 4 }, () => issueKey(server)),
    ]);
    const revoked = results.flatMap((each) => ('body' in each ? [each] : []))[0];
    const issued = results.flatMap((each) => ('raw' in each ? [each] : []));
    // The number that was confirmed is the number revoked, or none is.
    if (revoked?.status === 200) expect(revoked.body).toEqual({ revoked: 1 });
    else expect(revoked?.status).toBe(409);
    const alive = await Promise.all(issued.map(({ raw }) => works(server, raw)));
    expect(alive.filter((each) => !each).length).toBeLessThanOrEqual(1);
  });
});
