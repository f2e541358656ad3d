import { beforeAll, describe, expect, test } from 'vitest';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { databaseKinds, type RunningServer, startServerOn } from '../../support/server.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';

/** A label or description, the queries that find it, and the queries that do not. */
const pairs: readonly [text: string, found: readonly string[], missed: readonly string[]][] = [
  ['CI Pipeline', ['ci', 'PIPE', 'ipel', 'ci  pipeline', 'i p'], ['pe', 'ne', 'cipipeline']],
  ['100%_!\\done', ['100%', '%_!', '_!\\', '0%_!\\d'], ['1%', '%%%', '___']],
  ['it\'s "quoted" -- here', ["it's", '"quoted"', '-- h', 'T\'S "Q'], ['"a"', "''"]],
  ['Crème Brûlée', ['CRÈME', 'cre\u0300me', 'brûl', 'rûlé'], ['creme', 'br\u0302']],
  ['Straße ẞ', ['STRASSE', 'straße', 'ss', 'aße'], ['stra\u00dfse']],
  ['İstanbul ıl', ['istanbul', 'ISTANBUL', 'İST'], ['nbul x']],
  ['ﬁnal ㎏', ['final', 'FIN', 'kg'], ['ﬂ']],
  ['Ελληνικά ΣΑΣ σας', ['ΕΛΛΗΝΙΚΆ', 'σασ', 'ΣΑΣ', 'ελ'], ['λη']],
  ['Развёртка Прод', ['РАЗВЁРТКА', 'разв', 'пр', 'вёрт'], ['рт', 'прот']],
  ['部署流水线', ['部署', '流水线', '署流水', '流'], ['署', '水部署']],
  ['デプロイ環境', ['デプロイ', 'テ\u3099フ\u309aロイ', '環境', 'ﾃﾞﾌﾟﾛｲ'], ['境']],
  ['배포 파이프라인', ['배포', '\u1107\u1162\u1111\u1169', '파이프', '이프라'], ['프라']],
  ['نشر الإنتاج', ['نشر', 'الإنتاج', 'ال'], ['تاج x']],
  ['פריסה לייצור', ['פריסה', 'יצור', 'לי'], ['צו']],
  ['परिनियोजन काम', ['परिनियोजन', 'काम', 'नियो'], ['xका']],
  ['การปรับใช้', ['การปรับใช้', 'ปรับ'], ['xx']],
  ['🚀🚀🚀 launch', ['🚀🚀🚀', '🚀 launch', 'LAUNCH'], ['🚀🚀🚀🚀']],
  ['deploy_prod-eu', ['pr', 'eu', 'ploy_p', '-eu'], ['od']],
];

describe.each(databaseKinds)('searching for keys on %s', (kind) => {
  let server: RunningServer;
  const ids: string[] = [];
  const previews: string[] = [];

  beforeAll(async () => {
    server = await startServerOn(kind);
    for (const [text] of pairs) {
      // The label of one, the description of another.
      ids.push((await issueKey(server, { label: text })).id);
      const described = await issueKey(server, { label: 'x', description: `a\n${text}` });
      ids.push(described.id);
      previews.push(String(described.record.preview));
    }
    return () => server[Symbol.asyncDispose]();
  });

  async function found(search: string): Promise<string[]> {
    const path = `${keys}?limit=100&search=${encodeURIComponent(search)}`;
    const { status, body } = await answer(server.fetch(path, { as }));
    expect([search, status]).toEqual([search, 200]);
    return body.items.map(({ id }: { id: string }) => id);
  }

  test.each(pairs.map((pair, n) => [...pair, n] as const))(
    '%j is found by %j and not by %j',
    async (_text, hits, misses, n) => {
      const both = ids.slice(2 * n, 2 * n + 2);
      for (const query of hits) {
        const result = await found(query);
        expect([query, both.filter((id) => result.includes(id))]).toEqual([query, both]);
      }
      for (const query of misses) {
        const result = await found(query);
        expect([query, both.filter((id) => result.includes(id))]).toEqual([query, []]);
      }
    },
  );

  test('a key is found by its preview, by its first or last four, and by its id', async () => {
    const [id = '', preview = ''] = [ids[1], previews[0]];
    const [first, last] = [preview.slice(9, 13), preview.slice(-4)];
    const forms = [preview, `${first}••••${last}`, `${first}...${last}`, `${first}…${last}`];
    for (const query of [...forms, first, last, first.toLowerCase(), last.toUpperCase(), id]) {
      expect([query, (await found(query)).includes(id)]).toEqual([query, true]);
    }
    expect(await found(id)).toEqual([id]);
    expect(await found(preview)).toEqual([id]);
    expect(await found(`${last}••••${first}`)).toEqual([]);
  });

  test('a retiring secret is found as well, and a raw key is refused', async () => {
    const { id, record } = await issueKey(server, { label: 'rotated' });
    const rotated = await answer(
      server.fetch(`${keys}/${id}/rotate`, { as, json: { grace_seconds: 60 } }),
    );
    expect(await found(String(record.preview))).toEqual([id]);
    expect(await found(rotated.body.key.preview)).toEqual([id]);
    const search = encodeURIComponent(rotated.body.raw_key);
    expect((await server.fetch(`${keys}?search=${search}`, { as })).status).toBe(422);
  });

  test('what is renamed is found by its new name only, and what is another’s is not', async () => {
    const { id } = await issueKey(server, { label: 'Before' });
    const json = { label: 'Afterwards' };
    await server.fetch(`${keys}/${id}`, { as, method: 'PATCH', json });
    expect(await found('before')).toEqual([]);
    expect(await found('afterwards')).toEqual([id]);
    const other = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    const theirs = await answer(server.fetch(`${keys}?search=afterwards`, { as: other }));
    expect(theirs.body.items).toEqual([]);
  });

  test('the keys of a service account are found by its name', async () => {
    const account = await answer(
      server.fetch('/api/v1/settings/service-accounts', {
        as,
        json: { name: 'Größter Läufer', role: 'viewer' },
      }),
    );
    const { id } = await issueKey(server, { label: 'y', service_account_id: account.body.id });
    expect(await found('GRÖSSTER')).toEqual([id]);
    expect(await found('lä')).toEqual([id]);
    expect(await found('äu')).toEqual([]);
  });

  test('the keys of a member are found by the member’s name', async () => {
    const { id } = await issueKey(server, { label: 'z' });
    for (const query of ['Demo Admin', 'demo', 'ADM', 'ad']) {
      expect([query, (await found(query)).includes(id)]).toEqual([query, true]);
    }
    expect(await found('demo member')).toEqual([]);
  });
});
