import { expect, test } from 'vitest';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach, type RunningServer } from '../../support/server.ts';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const as = 'parent-admin';

const outside = (what: string) => ({
  status: 403,
  body: { detail: `Access denied: ${what} is outside the API key's sub-org scope` },
});

const get = (server: RunningServer, path: string, who: string = as) =>
  answer(server.fetch(path, { as: who }));
const post = (server: RunningServer, path: string, json: object, who: string = as) =>
  answer(server.fetch(path, { as: who, json }));

/** A seeded asset and how it is submitted, for repositories and extensions alike. */
const assets = [
  {
    what: 'repository',
    list: '/api/v1/repos',
    submit: '/api/v1/repos/analyze',
    id: 'repo_id',
    jobType: 'repo_analysis',
    read: 'repos:read',
    write: 'repos:analyze',
  },
  {
    what: 'extension',
    list: '/api/v1/extensions',
    submit: '/api/v1/extensions/submit-url',
    id: 'extension_id',
    jobType: 'extension_analysis',
    read: 'extensions:read',
    write: 'extensions:submit',
  },
] as const;

onOneServerEach((server) => {
  test.each(assets)('a $what has the documented shape', async ({ list, submit, id }) => {
    const url = 'https://example.invalid/acme-security/shape';
    const submitted = await post(server(), submit, { url });
    expect(submitted).toEqual({
      status: 202,
      body: { [id]: expect.any(Number), job_id: expect.stringMatching(/^job_/), status: 'queued' },
    });
    const record = {
      id: submitted.body[id],
      url,
      name: 'acme-security/shape',
      sub_org_id: null,
      status: 'queued',
      risk_level: null,
      risk_score: null,
      created_at: time,
      updated_at: time,
    };
    expect(await get(server(), `${list}/${record.id}`)).toEqual({ status: 200, body: record });
    const { body } = await get(server(), `${list}?limit=1`);
    expect(body).toEqual({ items: [record], next_cursor: expect.any(String) });
    const report = await get(server(), `${list}/${record.id}/report`);
    expect(report.body).toMatchObject({ [id]: record.id, status: 'queued', findings: null });
  });

  test.each(assets)(
    'a scoped key sees and submits its own sub-org’s only: $what',
    async (asset) => {
      const { what, list, submit, id } = asset;
      const { payments, mobile, foreignSubOrg } = await demoIds(server());
      const key = await issueKey(server(), { sub_org_id: mobile });
      const url = (name: string) => ({ url: `https://example.invalid/scope/${name}` });
      const elsewhere = (await post(server(), submit, { ...url('p'), sub_org_id: payments })).body[
        id
      ];
      const nowhere = (await post(server(), submit, url('n'))).body[id];
      const own = (await post(server(), submit, url('m'), key.raw)).body[id];
      const named = await post(server(), submit, { ...url('m2'), sub_org_id: mobile }, key.raw);
      expect(named.status).toBe(202);

      for (const who of [key.raw, 'sub-org-admin']) {
        const { body } = await get(server(), `${list}?limit=100`, who);
        const places = body.items.map((item: { sub_org_id: number }) => item.sub_org_id);
        expect([...new Set(places)]).toEqual([mobile]);
        expect((await get(server(), `${list}/${own}`, who)).body.sub_org_id).toBe(mobile);
        expect((await get(server(), `${list}?sub_org_id=${mobile}`, who)).status).toBe(200);
        for (const each of [elsewhere, nowhere]) {
          expect(await get(server(), `${list}/${each}`, who)).toEqual(outside(what));
          expect(await get(server(), `${list}/${each}/report`, who)).toEqual(outside(what));
        }
        for (const other of [payments, foreignSubOrg, 999_999, 0]) {
          const json = { ...url('x'), sub_org_id: other };
          expect(await post(server(), submit, json, who)).toEqual(outside(what));
          expect(await get(server(), `${list}?sub_org_id=${other}`, who)).toEqual(outside(what));
        }
      }
    },
  );

  test.each(assets)('an org-wide key filters by sub-org: $what', async ({ list, submit }) => {
    const { payments, foreignSubOrg } = await demoIds(server());
    const key = await issueKey(server());
    await post(
      server(),
      submit,
      { url: 'https://example.invalid/f', sub_org_id: payments },
      key.raw,
    );
    const { body } = await get(server(), `${list}?sub_org_id=${payments}`, key.raw);
    expect(body.items.length).toBeGreaterThan(0);
    for (const item of body.items) expect(item.sub_org_id).toBe(payments);
    const [foreign, unknown] = [
      await get(server(), `${list}?sub_org_id=${foreignSubOrg}`, key.raw),
      await get(server(), `${list}?sub_org_id=999999`, key.raw),
    ];
    expect(foreign).toEqual(unknown);
    expect(foreign.status).toBe(422);
  });

  test.each(assets)(
    'another organization’s $what is unknown, to the byte',
    async ({ list, submit, id }) => {
      const gina = server().session({
        user: 'gina',
        organization: 'org_demo_globex',
        role: 'admin',
      });
      const foreign = (await post(server(), submit, { url: 'https://g.invalid/x' }, gina)).body[id];
      const key = await issueKey(server(), { sub_org_id: (await demoIds(server())).mobile });
      for (const who of [as, key.raw]) {
        for (const rest of ['', '/report']) {
          const [one, other] = [
            await server().fetch(`${list}/${foreign}${rest}`, { as: who }),
            await server().fetch(`${list}/999999${rest}`, { as: who }),
          ];
          expect([one.status, await one.text()]).toEqual([404, await other.text()]);
        }
      }
    },
  );

  test.each(assets)('the same address again is a new scan of the same $what', async (asset) => {
    const { list, submit, id } = asset;
    const { payments, mobile } = await demoIds(server());
    const send = async (url: string, json: object = {}, who?: string) =>
      (await post(server(), submit, { url, ...json }, who)).body;
    const first = await send('https://Same.invalid:443/x/y#top');
    const again = await Promise.all(
      Array.from({ length: 4 }, () => send('https://same.invalid/x/y')),
    );
    expect(new Set([first, ...again].map((each) => each[id])).size).toBe(1);
    expect(new Set([first, ...again].map((each) => each.job_id)).size).toBe(5);
    const { body } = await get(server(), `${list}/${first[id]}`);
    expect(body).toMatchObject({ url: 'https://same.invalid/x/y', status: 'queued' });
    const sandbox = await issueKey(server(), { environment: 'test' });
    const others = [
      await send('https://same.invalid/x/y', { sub_org_id: payments }),
      await send('https://same.invalid/x/y', { sub_org_id: mobile }),
      await send('https://same.invalid/x/y', {}, sandbox.raw),
      await send('https://same.invalid/x/Y'),
    ];
    expect(new Set([first, ...others].map((each) => each[id])).size).toBe(5);

    // Rows from before addresses had one form may be equal: the newest is used.
    const table = id === 'repo_id' ? 'repo' : 'extension';
    const [copy] = await server()
      .database.read()
      .execute<{ id: number }[]>(
        `insert into ${table} (org_id, url, identity, name, status, created_at, updated_at)
         select org_id, url, identity, name, status, created_at, updated_at from ${table}
         where id = ? returning id`,
        [first[id]],
      );
    expect((await send('https://same.invalid/x/y'))[id]).toBe(copy?.id);
    expect((await get(server(), `${list}/${first[id]}`)).status).toBe(200);
  });

  test.each(assets)('a literal address of no public host is refused: $what', async (asset) => {
    for (const url of [
      'http://127.0.0.1/x',
      'http://[::1]/x',
      'http://10.0.0.1/x',
      'http://localhost/x',
    ]) {
      expect(await post(server(), asset.submit, { url })).toEqual({
        status: 422,
        body: {
          detail: [{ loc: ['body', 'url'], msg: 'URL host invalid', type: 'value_error.url.host' }],
        },
      });
    }
  });

  test.each(assets)('scopes are held to: $what', async ({ list, submit, read, write }) => {
    const json = { url: 'https://example.invalid/scopes' };
    for (const scopes of [[], [read], [write], [read, write], ['admin:*'], null]) {
      const { raw } = await issueKey(server(), { scopes });
      const may = (scope: string) =>
        scopes === null || scopes.some((each) => each === scope || each === 'admin:*');
      expect((await get(server(), list, raw)).status).toBe(may(read) ? 200 : 403);
      expect((await post(server(), submit, json, raw)).status).toBe(may(write) ? 202 : 403);
    }
  });

  test.each(assets)(
    'a list goes on where it was while others are added: $what',
    async ({ list, submit, id }) => {
      const add = async (name: string): Promise<number> =>
        (await post(server(), submit, { url: `https://example.invalid/page/${name}` })).body[id];
      const expected = [];
      for (const name of ['a', 'b', 'c', 'd', 'e']) expected.unshift(await add(name));
      const seen: number[] = [];
      let cursor = '';
      while (seen.length < expected.length) {
        const { body } = await get(server(), `${list}?limit=2${cursor}`);
        seen.push(...body.items.map((item: { id: number }) => item.id));
        cursor = `&cursor=${body.next_cursor}`;
        await add(`late-${seen.length}`);
      }
      expect(seen.slice(0, expected.length)).toEqual(expected);
    },
  );
});
