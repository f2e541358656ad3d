import { expect, test } from 'vitest';
import { IdempotentAnswer } from '../../../server/database/entities/idempotent-answer.ts';
import { forgetAnswers } from '../../../server/idempotency/forget-answers.ts';
import { backup } from '../../support/backup.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn, testClock } from '../../support/server.ts';
import { parsed, rawRequest } from '../http/raw-request.ts';
import { analyzePath, form, jobsOf, submit, submitPath } from './submitting.ts';

const as = 'parent-admin';
const settings = '/api/v1/settings';
const day = 24 * 60 * 60_000;

onBothDatabases((kind) => {
  test('a submission under the same key is made once and answered alike, to the byte', async () => {
    await using server = await startServerOn(kind);
    const { raw } = await issueKey(server);
    const before = await jobsOf(server);
    const url = 'https://git.invalid/acme-security/once';
    for (const [index, path] of [analyzePath, submitPath].entries()) {
      const first = await submit(server, 'a', { as: raw, path, json: { url, sub_org_id: null } });
      expect(first).toMatchObject({ status: 202, isReplayed: false });
      const headers = { 'content-type': 'application/json' };
      const body = `{ "sub_org_id" : null,\n "url":"https:\\/\\/git.invalid/acme-security/once"}`;
      const again = await submit(server, 'a', { as: raw, path, body, headers });
      expect(again).toEqual({ ...first, isReplayed: true });
      expect(await jobsOf(server)).toBe(before + index + 1);
    }
    const rows = await server.database.read().find(IdempotentAnswer, {});
    expect(rows).toHaveLength(2);
    for (const { id, request } of rows) expect(id + request).toMatch(/^[0-9a-f]{128}$/);
  });

  test('something else under the same key is refused, and changes nothing', async () => {
    await using server = await startServerOn(kind);
    const first = await submit(server, 'a');
    const before = await jobsOf(server);
    for (const json of [
      { url: 'https://git.invalid/acme-security/other' },
      // The same repository, but another text.
      { url: 'https://git.invalid/acme-security/once/' },
      { url: 'https://git.invalid/acme-security/once', sub_org_id: null },
    ]) {
      const refused = await submit(server, 'a', { json });
      expect(refused).toMatchObject({ status: 422, isReplayed: false });
      const loc = ['header', 'Idempotency-Key'];
      const msg = 'this key was used with another body';
      expect(JSON.parse(refused.text)).toEqual({ detail: [{ loc, msg, type: 'value_error' }] });
    }
    expect(await jobsOf(server)).toBe(before);
    expect(await submit(server, 'a')).toEqual({ ...first, isReplayed: true });
  });

  test("a key belongs to its caller, path, environment and organization: another's is another", async () => {
    await using server = await startServerOn(kind);
    const one = await issueKey(server);
    const other = await issueKey(server);
    const sandbox = await issueKey(server, { environment: 'test' });
    const user = server.session({ user: 'bob', organization: 'org_demo_acme', role: 'admin' });
    const foreign = server.session({ user: 'bob', organization: 'org_demo_globex', role: 'admin' });
    const callers = [one.raw, other.raw, sandbox.raw, as, user, foreign];
    const answers = [await submit(server, 'a', { as: one.raw, path: submitPath })];
    for (const caller of callers) answers.push(await submit(server, 'a', { as: caller }));
    expect(answers.map(({ status, isReplayed }) => [status, isReplayed])).toEqual(
      Array(7).fill([202, false]),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(7);
    // A rotation changes a key's secret, not the key.
    const path = `${settings}/api-keys/${one.id}/rotate`;
    const { body } = await answer(server.fetch(path, { as, json: {} }));
    expect(await submit(server, 'a', { as: body.raw_key })).toEqual({
      ...answers[1],
      isReplayed: true,
    });
  });

  test('an upload is the same by its file, its name and its sub-org, whatever its boundary', async () => {
    await using server = await startServerOn(kind);
    const { payments } = await demoIds(server);
    const first = await submit(server, 'a', form('one', 'content', 'a.zip', payments));
    expect(first).toMatchObject({ status: 202, isReplayed: false });
    const before = await jobsOf(server);
    const again = await submit(server, 'a', form('another', 'content', 'a.zip', payments));
    expect(again).toEqual({ ...first, isReplayed: true });
    for (const other of [
      form('one', 'content', 'b.zip', payments),
      form('one', 'other content', 'a.zip', payments),
      form('one', 'content', 'a.zip'),
    ]) {
      expect((await submit(server, 'a', other)).status).toBe(422);
    }
    expect(await jobsOf(server)).toBe(before);
  });

  test('an answer is repeated for 24 hours, and forgotten afterwards', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const as = () => server.token('parent-admin');
    const first = await submit(server, 'a', { as: as() });
    clock.advance(day - 1);
    expect(await submit(server, 'a', { as: as() })).toEqual({ ...first, isReplayed: true });
    expect(await forgetAnswers(server.database, clock.now())).toBe(0);
    clock.advance(1);
    const second = await submit(server, 'a', { as: as() });
    expect(second).toMatchObject({ status: 202, isReplayed: false });
    expect(second.text).not.toBe(first.text);
    expect(await submit(server, 'a', { as: as() })).toEqual({ ...second, isReplayed: true });
    clock.advance(day);
    await submit(server, 'b', { as: as() });
    expect(await forgetAnswers(server.database, clock.now())).toBe(1);
    const kept = await server.database.read().find(IdempotentAnswer, {});
    expect(kept.map(({ createdAt }) => createdAt.getTime())).toEqual([clock.now()]);
  });

  test('after a restore, an answer that is there is given, and one that was lost is made again', async () => {
    await using server = await startServerOn(kind);
    const as = server.token('parent-admin');
    const kept = await submit(server, 'a', { as });
    const saved = await backup(server.databaseUrl);
    await submit(server, 'b', { as, json: { url: 'https://example.invalid/lost' } });
    await saved.restore();
    expect(await submit(server, 'a', { as })).toEqual({ ...kept, isReplayed: true });
    const { job_id: id } = JSON.parse(kept.text);
    expect((await server.fetch(`/api/v1/jobs/${id}`, { as })).status).toBe(200);
    const again = await submit(server, 'b', { as, json: { url: 'https://example.invalid/lost' } });
    expect(again).toMatchObject({ status: 202, isReplayed: false });
  });

  test('a caller is judged first, as always; what is refused is not kept', async () => {
    await using server = await startServerOn(kind);
    const { mobile, payments } = await demoIds(server);
    const rate_limit = { limit: 5, window_seconds: 86_400 };
    const { id, raw } = await issueKey(server, { sub_org_id: mobile, rate_limit });
    const patch = (json: object) =>
      server.fetch(`${settings}/api-keys/${id}`, { as, method: 'PATCH', json });
    const elsewhere = { json: { url: 'https://example.invalid/a', sub_org_id: payments } };
    expect((await submit(server, 'a', { as: raw, ...elsewhere })).status).toBe(403);
    expect((await submit(server, 'a', { as: raw, json: { url: 'x' } })).status).toBe(422);
    const first = await submit(server, 'a', { as: raw });
    expect(first).toMatchObject({ status: 202, isReplayed: false });
    await patch({ scopes: ['repos:read'] });
    expect((await submit(server, 'a', { as: raw })).status).toBe(403);
    await patch({ scopes: null });
    expect(await submit(server, 'a', { as: raw })).toEqual({ ...first, isReplayed: true });
    expect((await submit(server, 'a', { as: raw, ...elsewhere })).status).toBe(403);
    expect((await submit(server, 'a', { as: raw })).status).toBe(429);
    await server.fetch(`${settings}/api-keys/${id}`, { as, method: 'DELETE' });
    expect((await submit(server, 'a', { as: raw })).status).toBe(401);

    // A request that was valid at first gets its stored answer.
    const json = { url: 'https://example.invalid/a', sub_org_id: payments };
    const own = await submit(server, 'b', { json });
    await server.fetch(`${settings}/sub-orgs/${payments}/archive`, { as, method: 'POST' });
    expect(await submit(server, 'b', { json })).toEqual({ ...own, isReplayed: true });
    expect((await submit(server, 'c', { json })).status).toBe(422);
  });

  test('a key that is empty, too long or given twice is refused, by submissions alone', async () => {
    await using server = await startServerOn(kind);
    const before = await jobsOf(server);
    const send = async (keys: readonly string[], path = analyzePath, auth = true) => {
      const content = JSON.stringify({ url: 'https://example.invalid/a' });
      const lines = [
        `POST ${path} HTTP/1.1`,
        'Host: localhost',
        'Connection: close',
        'Content-Type: application/json',
        `Content-Length: ${content.length}`,
        ...(auth ? [`Authorization: Bearer ${server.token(as)}`] : []),
        ...keys.map((key) => `Idempotency-Key: ${key}`),
      ];
      const response = await rawRequest(server.url, `${lines.join('\r\n')}\r\n\r\n${content}`);
      const { status, body } = parsed(response);
      return { status, detail: JSON.parse(body).detail };
    };
    const refused = (msg: string, type: string, ctx?: object) => ({
      status: 422,
      detail: [{ loc: ['header', 'Idempotency-Key'], msg, type, ...(ctx && { ctx }) }],
    });
    expect(await send(['a', 'a'])).toEqual(refused('given more than once', 'value_error'));
    expect(await send([' '])).toEqual(
      refused('ensure this value has at least 1 characters', 'value_error.any_str.min_length', {
        limit_value: 1,
      }),
    );
    expect(await send(['x'.repeat(256)])).toEqual(
      refused('ensure this value has at most 255 characters', 'value_error.any_str.max_length', {
        limit_value: 255,
      }),
    );
    expect(await send(['a', 'a'], analyzePath, false)).toMatchObject({ status: 401 });
    expect(await send(['x'.repeat(8_000)])).toMatchObject({ status: 422 });
    expect(await jobsOf(server)).toBe(before);
    expect(await send(['x'.repeat(255)])).toMatchObject({ status: 202 });
    const other = { as, headers: { 'idempotency-key': '' } };
    expect((await server.fetch('/api/v1/repos', other)).status).toBe(200);
  });
});
