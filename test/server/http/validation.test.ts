import { expect, test } from 'vitest';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach } from '../../support/server.ts';
import {
  absent,
  bodies,
  extra,
  members,
  noInteger,
  rule,
  tooLarge,
  tooSmall,
  urls,
} from './faulty-input.ts';

const settings = '/api/v1/settings';
const keys = `${settings}/api-keys`;

interface FieldError {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly ctx?: Record<string, unknown>;
}

onOneServerEach((server) => {
  async function refuse(
    path: string,
    content: { json?: unknown; body?: string | Buffer },
    as = 'parent-admin',
  ) {
    const { body, ...json } = content;
    const sent =
      body === undefined
        ? json
        : {
            body: new Uint8Array(Buffer.from(body)),
            headers: { 'content-type': 'application/json' },
          };
    const response = await server().fetch(path, { as, method: 'POST', ...sent });
    return { status: response.status, text: await response.text() };
  }

  test.each(members)('apiKeys.create refuses %j', async (member, wanted, ...index) => {
    const [name = ''] = Object.keys(member);
    const { status, text } = await refuse(keys, { json: { label: 'CI', ...member } });
    const detail: FieldError[] = [{ loc: ['body', name, ...index], ...wanted }];
    expect({ status, body: JSON.parse(text) }).toEqual({ status: 422, body: { detail } });
  });

  test.each(urls)(
    'repos.analyze and extensions.submitUrl refuse the URL %j',
    async (url, wanted) => {
      for (const path of ['/api/v1/repos/analyze', '/api/v1/extensions/submit-url']) {
        const { status, text } = await refuse(path, { json: { url } });
        const detail = [{ loc: ['body', 'url'], ...wanted }];
        expect({ status, body: JSON.parse(text) }).toEqual({ status: 422, body: { detail } });
        if (typeof url === 'string' && url.length > 10) expect(text).not.toContain(url);
      }
    },
  );

  test.each(bodies)('a body that is %s is refused', async (_name, body, wanted) => {
    for (const path of [keys, '/api/v1/repos/analyze']) {
      const { status, text } = await refuse(path, { body });
      const detail = [{ loc: ['body'], ...wanted }];
      expect({ status, body: JSON.parse(text) }).toEqual({ status: 422, body: { detail } });
    }
  });

  test('no body at all is an empty object', async () => {
    const { status, text } = await refuse(keys, {});
    expect({ status, body: JSON.parse(text) }).toEqual({
      status: 422,
      body: { detail: [{ loc: ['body', 'label'], ...absent }] },
    });
  });

  test('an object 2,000 deep where text is needed is refused, and no stack overflows', async () => {
    const deep = `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`;
    const { status, text } = await refuse(keys, { body: `{"label":${deep}}` });
    expect([status, JSON.parse(text).detail[0].type]).toEqual([422, 'type_error.str']);
    const unknown = await refuse(keys, { body: `{"label":"CI","extra":${deep}}` });
    expect(unknown.status).toBe(422);
  });

  test('__proto__, constructor and prototype are members like any unknown one', async () => {
    const body =
      '{"__proto__":{"label":"polluted","role":"admin"},"constructor":{"prototype":{"label":"x"}}}';
    const { status, text } = await refuse(keys, { body });
    expect([status, JSON.parse(text).detail]).toEqual([
      422,
      [
        { loc: ['body', 'label'], ...absent },
        { loc: ['body', '__proto__'], ...extra },
        { loc: ['body', 'constructor'], ...extra },
      ],
    ]);
    expect(({} as { label?: string }).label).toBeUndefined();
    const json = JSON.parse(`{"label":"CI","__proto__":{"sub_org_id":1}}`);
    const refused = await answer(server().fetch(keys, { as: 'parent-admin', json }));
    expect(refused.body.detail).toEqual([{ loc: ['body', '__proto__'], ...extra }]);
  });

  test('of a member that comes twice, the last one counts', async () => {
    const { status, text } = await refuse(keys, { body: '{"label":1,"label":"second"}' });
    expect([status, JSON.parse(text).key.label]).toEqual([201, 'second']);
  });

  test('members in another case are unknown, and so is an owner in the body', async () => {
    const json = {
      label: 'CI',
      subOrgId: 'x',
      org_id: 'org_demo_globex',
      organization_id: 'org_demo_globex',
      created_by: 'user_mallory',
      id: 'key_mine',
      is_active: false,
      raw_key: 'rrk_live_mine',
      imported: true,
    };
    const { text } = await refuse(keys, { json });
    const [, ...unknown] = Object.keys(json);
    expect(JSON.parse(text).detail).toEqual(
      unknown.map((name) => ({ loc: ['body', name], ...extra })),
    );
  });

  test('every rejected field is named, in one answer', async () => {
    const json = { label: '', sub_org_id: 'x', scopes: ['a', 'b'] };
    const { text } = await refuse(keys, { json });
    expect(JSON.parse(text).detail.map(({ loc }: FieldError) => loc)).toEqual([
      ['body', 'label'],
      ['body', 'sub_org_id'],
      ['body', 'scopes', 0],
      ['body', 'scopes', 1],
    ]);
  });

  test('a rejected value is repeated neither in the answer nor in the log', async () => {
    const secret = 'hunter2hunter2';
    const calls = [
      [keys, { label: secret.repeat(10) }],
      [keys, { label: 'CI', scopes: [secret], environment: secret, ip_allow_list: [secret] }],
      [keys, { label: 'CI', sub_org_id: secret, expires_in_days: secret }],
      ['/api/v1/repos/analyze', { url: `https://${secret}:${secret}@github.com/` }],
      ['/api/v1/repos/analyze', { url: `${secret}://github.com/` }],
      [`${settings}/service-accounts`, { name: 'CI', role: secret }],
    ] as const;
    for (const [path, json] of calls) {
      const { status, text } = await refuse(path, { json });
      expect(status).toBe(422);
      expect(text).not.toContain(secret);
    }
    const query = `?sort=${secret}&status=${secret}&limit=${secret}&cursor=${secret}`;
    const listed = await server().fetch(keys + query, { as: 'parent-admin' });
    expect(await listed.text()).not.toContain(secret);
    const trpc = await server().fetch('/trpc/apiKeys.create', {
      as: 'parent-admin',
      body: new Uint8Array(Buffer.from(`{"label": ${secret}`)),
      headers: { 'content-type': 'application/json' },
    });
    expect(await trpc.text()).not.toContain(secret);
    expect(server().log.filter((line) => line.includes(secret))).toEqual([]);
  });

  test.each([
    ['limit=0', ['query', 'limit'], tooSmall(1)],
    ['limit=101', ['query', 'limit'], tooLarge(100)],
    ['limit=ten', ['query', 'limit'], noInteger],
    ['limit=', ['query', 'limit'], noInteger],
    ['limit=1.0', ['query', 'limit'], noInteger],
    ['limit=1e1', ['query', 'limit'], noInteger],
    ['limit=0x10', ['query', 'limit'], noInteger],
    ['limit=%2010', ['query', 'limit'], noInteger],
    ['limit=010', ['query', 'limit'], noInteger],
    ['limit=9007199254740992', ['query', 'limit'], noInteger],
    ['sub_org_id=x', ['query', 'sub_org_id'], noInteger],
    [
      'cursor=x',
      ['query', 'cursor'],
      rule('cursor is not one that a list has answered', 'value_error'),
    ],
    [
      'cursor=W10',
      ['query', 'cursor'],
      rule('cursor is not one that a list has answered', 'value_error'),
    ],
  ])('repos.list refuses ?%s', async (query, loc, wanted) => {
    const response = server().fetch(`/api/v1/repos?${query}`, { as: 'parent-admin' });
    expect(await answer(response)).toEqual({
      status: 422,
      body: { detail: [{ loc, ...wanted }] },
    });
  });

  test.each(['x', '1.5', '1e3', '0x1', '01', '+1', '%201', '9007199254740992', '1%00', '٣'])(
    'repos.get refuses the id %s',
    async (id) => {
      const response = server().fetch(`/api/v1/repos/${id}`, { as: 'parent-admin' });
      expect(await answer(response)).toEqual({
        status: 422,
        body: { detail: [{ loc: ['path', 'repo_id'], ...noInteger }] },
      });
    },
  );

  test.each(['0', '-1', '2147483648', '9007199254740991', '-9007199254740991'])(
    'repos.get does not find the id %s, which a database may not hold',
    async (id) => {
      const response = server().fetch(`/api/v1/repos/${id}`, { as: 'parent-admin' });
      expect(await answer(response)).toEqual({
        status: 404,
        body: { detail: 'Repository not found' },
      });
    },
  );

  test('foreign and unknown references are refused in the same bytes', async () => {
    const { foreignSubOrg } = await demoIds(server());
    const own = server().session({
      user: 'user_gina',
      organization: 'org_demo_globex',
      role: 'admin',
    });
    const account = await server().fetch(`${settings}/service-accounts`, {
      as: own,
      json: { name: 'Foreign', role: 'viewer' },
    });
    const { id: foreign } = (await account.json()) as { id: string };
    for (const [field, foreignId, unknownId] of [
      ['sub_org_id', foreignSubOrg, 999_999],
      ['service_account_id', foreign, 'sa_01ARYZ6S41TSV4RRFFQ69G5FAV'],
    ] as const) {
      const answers = [];
      for (const id of [foreignId, unknownId]) {
        answers.push(await refuse(keys, { json: { label: 'CI', [field]: id } }));
      }
      expect(answers[0]?.status).toBe(422);
      expect(answers[0]).toEqual(answers[1]);
    }
  });

  test('labels keep emoji, right-to-left marks and every script, trimmed', async () => {
    for (const label of [
      '🔑'.repeat(100),
      '\u200fאבג\u200e',
      'Ключ № 1',
      "'; drop table api_key; --",
      '<b>&amp;',
    ]) {
      const { record } = await issueKey(server(), { label: `  ${label}\n` });
      expect(record.label).toBe(label);
    }
  });
});
