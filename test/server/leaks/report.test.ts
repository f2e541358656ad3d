import { expect, test } from 'vitest';
import { generateKey, nobleHashing, pepperedScheme } from '../../../core/mod.ts';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn, testScheme } from '../../support/server.ts';
import { leaksIn, works } from './outcome.ts';

onBothDatabases((kind) => {
  test('a report is answered with the same bytes whatever the token is', async () => {
    const pauses: number[] = [];
    const previous = pepperedScheme(new Uint8Array(32).fill(9));
    await using server = await startServerOn(kind, {
      schemes: [testScheme, previous],
      leaks: {
        pause: async (milliseconds) => void pauses.push(milliseconds),
      },
    });
    const current = await issueKey(server);
    const underPrevious = await issueKey(server);
    const digest = nobleHashing.sha256(underPrevious.raw);
    await server.database.transaction((em) =>
      em.nativeUpdate(
        ApiKeySecret,
        { lookup: testScheme.lookup(digest) },
        { lookup: previous.lookup(digest), scheme: previous.id },
      ),
    );
    const { key: unknown } = generateKey({ environment: 'test' });
    const answers: unknown[] = [];
    for (const token of [current.raw, current.raw, underPrevious.raw, unknown, '', 'é\u0000']) {
      const response = await server.fetch('/api/v1/leaks/report', {
        json: { token },
        headers: { authorization: 'Bearer rrk_live_junk' },
      });
      const headers = Object.fromEntries(response.headers);
      for (const name of ['date', 'x-request-id']) delete headers[name];
      answers.push({ status: response.status, headers, text: await response.text() });
    }
    expect(answers[0]).toMatchObject({ status: 202, text: '{"status":"accepted"}' });
    for (const each of answers) expect(each).toEqual(answers[0]);
    expect(pauses).toEqual(Array(6).fill(250));
    expect(await works(server, current.raw)).toBe(401);
    expect((await leaksIn(server)).map(({ actor, target }) => [actor, target])).toEqual([
      ['anyone', current.id],
      ['anyone', current.id],
      ['anyone', underPrevious.id],
    ]);
    expect((await server.fetch('/api/v1/leaks/report', { json: {} })).status).toBe(422);
  });

  test('the least time of a report runs while it waits until a revocation holds everywhere', async () => {
    let held = Promise.withResolvers<void>();
    await using server = await startServerOn(kind, {
      settled: async () => held.resolve(),
      leaks: { pause: () => held.promise },
    });
    const { raw } = await issueKey(server);
    held = Promise.withResolvers<void>();
    const response = await server.fetch('/api/v1/leaks/report', { json: { token: raw } });
    expect(response.status).toBe(202);
  });

  test('a report may have spaces and line ends around the key, as copied from a file', async () => {
    await using server = await startServerOn(kind);
    const { raw } = await issueKey(server);
    const json = { token: ` \t${raw}\r\n` };
    expect((await server.fetch('/api/v1/leaks/report', { json })).status).toBe(202);
    expect(await works(server, raw)).toBe(401);
  });

  test('reports are limited by address, apart from failed authentication', async () => {
    const perAddress = { limit: 3, windowSeconds: 60 };
    await using server = await startServerOn(kind, { rateLimits: { perAddress } });
    const report = () => server.fetch('/api/v1/leaks/report', { json: { token: 'x' } });
    const sent = await Promise.all(Array.from({ length: 10 }, report));
    expect(sent.filter(({ status }) => status === 202)).toHaveLength(3);
    expect(sent.filter(({ status }) => status === 429)).toHaveLength(7);
    expect((await report()).headers.get('ratelimit-policy')).toBe('"leak-report";q=3;w=60');
    expect(await works(server, 'rrk_live_junk')).toBe(401);
  });
});
