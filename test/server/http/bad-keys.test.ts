import { beforeAll, expect, test } from 'vitest';
import { generateKey, type KeyStore } from '../../../core/mod.ts';
import { issueKey, revokeKey } from '../../support/issued-keys.ts';
import {
  onBothDatabases,
  type RunningServer,
  startServerOn,
  testClock,
} from '../../support/server.ts';
import { head, parsed, rawRequest } from './raw-request.ts';

/** Counts the calls to a store. */
function counted() {
  const asked: string[] = [];
  const around = (store: KeyStore): KeyStore => ({
    ...store,
    find(lookup) {
      asked.push(lookup);
      return store.find(lookup);
    },
  });
  return { asked, around };
}

const swapCase = (text: string) =>
  text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
  );

const bad: [name: string, of: (key: string) => string][] = [
  ['nothing', () => ''],
  ['10 KB', (key) => key.padEnd(10_240, 'a')],
  ['non-ASCII', (key) => key.replace(/.$/, 'é')],
  ['UTF-8', (key) => Buffer.from(key.replace(/.$/, '🔑')).toString('latin1')],
  ['another case', (key) => key.slice(0, 9) + swapCase(key.slice(9))],
  ['a prefix in upper case', (key) => key.replace('rrk_live_', 'RRK_LIVE_')],
  ['a space within', (key) => `${key.slice(0, 20)} ${key.slice(21)}`],
  ['a space behind', (key) => `${key} x`],
  ['the prefix of a test key', (key) => key.replace('_live_', '_test_')],
  ['another product’s prefix', (key) => key.replace('rrk_live_', 'ghp_live_')],
  ['a wrong checksum', (key) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')],
  ['a character less', (key) => key.slice(0, -1)],
  ['a character more', (key) => `${key}0`],
  ['quotes around it', (key) => `"${key}"`],
  ['an escape', (key) => key.replace('_', '%5F')],
  ['SQL', () => "' or '1'='1' --"],
  ['two keys', (key) => `${key},${key}`],
];

const paths = ['/api/v1/repos', '/api/v1/key', '/auth/verify'];

/** An answer without the parts that differ between any two. */
const comparable = (response: string) =>
  response.replace(/^(x-request-id|date): .*$/gim, '$1').toLowerCase();

onBothDatabases((kind) => {
  const { asked, around } = counted();
  let server: RunningServer;
  let raw: string;
  beforeAll(async () => {
    server = await startServerOn(kind, { store: around });
    ({ raw } = await issueKey(server));
    return () => server[Symbol.asyncDispose]();
  });

  test.each(bad)('a key that is %s is refused with no database work', async (_name, of) => {
    const unknown = generateKey().key;
    for (const path of paths) {
      const send = (key: string) =>
        rawRequest(
          server.url,
          Buffer.from(head('GET', path, [`Authorization: Bearer ${key}`]), 'latin1'),
        );
      asked.length = 0;
      const refused = await send(of(raw));
      expect(asked).toEqual([]);
      expect(parsed(refused).status).toBe(401);
      // Byte for byte the answer to an unknown key, which costs one lookup.
      expect(comparable(refused)).toBe(comparable(await send(unknown)));
      expect(asked.length).toBe(1);
    }
  });

  test('a key is refused in the same bytes whatever it is: unknown, revoked, disabled, expired, retired', async () => {
    const clock = testClock();
    await using server = await startServerOn(kind, { now: clock.now });
    const as = 'parent-admin';
    const keys = '/api/v1/settings/api-keys';
    const [revoked, disabled, rotated] = [
      await issueKey(server),
      await issueKey(server),
      await issueKey(server),
    ];
    const expired = await issueKey(server, { expires_in_days: 1 });
    await revokeKey(server, revoked.id);
    await server.fetch(`${keys}/${disabled.id}`, { as, method: 'PATCH', json: { disabled: true } });
    await server.fetch(`${keys}/${rotated.id}/rotate`, { as, json: {} });
    clock.advance(86_400_000);
    for (const path of paths) {
      const answers = new Set<string>();
      for (const key of [revoked, disabled, expired, rotated].map(({ raw }) => raw)) {
        const request = head('GET', path, [`Authorization: Bearer ${key}`]);
        answers.add(comparable(await rawRequest(server.url, request)));
      }
      for (const key of ['junk', generateKey().key]) {
        const request = head('GET', path, [`Authorization: Bearer ${key}`]);
        answers.add(comparable(await rawRequest(server.url, request)));
      }
      expect(answers.size).toBe(1);
      expect([...answers][0]).toContain('{"detail":"invalid api key"}');
    }
  });
});
