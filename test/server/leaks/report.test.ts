import { expect, test } from 'vitest';
import { generateKey, nobleHashing, pepperedScheme } from '../../../core/mod.ts';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn, testScheme } from '../../support/server.ts';
import { leaksIn, works } from './outcome.ts';

onBothDatabases((kind) => {
  test('a report is answered with the same bytes whatever the token is', async () => {
    const pauses: number[] = [];
    const previous = pepperedScheme(new Uint8Array(32).fill(9));
    await using server = await startServerOn(kind, {
      leaks: {
        pause: async (milliseconds) => void pauses.push(milliseconds),
      },
    });
    Object.assign(server.services, { schemes: [testScheme, previous] });
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
    // The wait of a revocation for a silent process, and a quarter of a second for the writing.
    const { length, margin } = server.database.timing;
    expect(pauses).toEqual(Array(6).fill(length + margin + 250));
    expect(await works(server, current.raw)).toBe(401);
    expect((await leaksIn(server)).map(({ actor, target }) => [actor, target])).toEqual([
      ['anyone', current.id],
      ['anyone', current.id],
      ['anyone', underPrevious.id],
    ]);
  });

  test('a malformed report is told so at once, and says nothing of keys', async () => {
    const never = new Promise<never>(() => {});
    let isSilent = false;
    await using server = await startServerOn(kind, {
      leaks: { pause: () => never },
      propagated: async () => (isSilent ? never : undefined),
    });
    const { raw } = await issueKey(server);
    isSilent = true;
    const told = async (json: object) => {
      const { status, body } = await answer(server.fetch('/api/v1/leaks/report', { json }));
      return [status, body.detail[0].loc.join('.'), body.detail[0].type];
    };
    const missing = [422, 'body.token', 'value_error.missing'];
    expect(await told({})).toEqual(missing);
    expect(await told({ url: 'https://example.com/' })).toEqual(missing);
    const either = [422, 'body.tokens', 'value_error'];
    expect(await told({ token: raw, tokens: [raw] })).toEqual(either);
    expect(await told({ tokens: [] })).toEqual([422, 'body.tokens', 'value_error.list.min_items']);
    const many = Array(1001).fill('x');
    expect(await told({ tokens: many })).toEqual([
      422,
      'body.tokens',
      'value_error.list.max_items',
    ]);
    expect(await told({ tokens: [raw, 1] })).toEqual([422, 'body.tokens.1', 'type_error.str']);
    for (const url of ['javascript:alert(1)', 'ftp://example.com', 'https://', 'x']) {
      expect(await told({ token: raw, url })).toEqual([422, 'body.url', 'value_error']);
    }
    const url = `https://example.com/${'x'.repeat(2000)}`;
    const long = [422, 'body.url', 'value_error.any_str.max_length'];
    expect(await told({ token: raw, url })).toEqual(long);
    expect(await works(server, raw)).toBe(200);
  });

  test('keys in many texts are looked up in one statement, and the place is kept without a key', async () => {
    const lookups: string[] = [];
    await using server = await startServerOn(kind, {
      leaks: {},
      wrap: (database) => ({
        ...database,
        keys: database.keys,
        transaction: (work) =>
          database.transaction((em) => {
            const find = em.find.bind(em);
            return work(
              Object.assign(em, {
                find: (...of: Parameters<typeof find>) => {
                  lookups.push(String((of[0] as { meta?: { className: string } }).meta?.className));
                  return find(...of);
                },
              }),
            );
          }),
      }),
    });
    const one = await issueKey(server);
    const other = await issueKey(server);
    const unknown = Array.from({ length: 997 }, () => generateKey({ environment: 'live' }).key);
    lookups.length = 0;
    const url = `https://päste.example/ü/${one.raw}`;
    const text = unknown.join('\n');
    const tokens = [`KEY="${one.raw}"`, text, encodeURIComponent(`?key=${other.raw}`)];
    const sent = { json: { tokens, url } };
    expect((await server.fetch('/api/v1/leaks/report', sent)).status).toBe(202);
    expect([await works(server, one.raw), await works(server, other.raw)]).toEqual([401, 401]);
    const log = await leaksIn(server);
    expect(log.map(({ target }) => target).sort()).toEqual([one.id, other.id].sort());
    const places = ['https://xn--pste-loa.example/%C3%BC/[API key]'];
    for (const leak of log) expect(leak).toMatchObject({ places });
    lookups.length = 0;
    expect((await server.fetch('/api/v1/leaks/report', { json: { token: text } })).status).toBe(
      202,
    );
    expect(lookups).toEqual(['ApiKeySecret']);
  });

  test('the least time of a report runs while it waits until a revocation holds everywhere', async () => {
    let held = Promise.withResolvers<void>();
    await using server = await startServerOn(kind, {
      propagated: async () => held.resolve(),
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
