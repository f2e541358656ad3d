import { expect, test } from 'vitest';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach } from '../../support/server.ts';
import { names } from './names.ts';

const settings = '/api/v1/settings';
const keys = `${settings}/api-keys`;

/** The named resources, and the other fields that each needs. */
const things = [
  { path: keys, field: 'label', beside: {} },
  { path: `${settings}/sub-orgs`, field: 'name', beside: {} },
  { path: `${settings}/service-accounts`, field: 'name', beside: { role: 'viewer' } },
] as const;

onOneServerEach((server) => {
  const send = (path: string, method: string, json: object) =>
    answer(server().fetch(path, { as: 'parent-admin', method, json }));

  test.each(names)('%j is a name, or none, wherever one is given', async (given, kept) => {
    for (const { path, field, beside } of things) {
      const { status, body } = await send(path, 'POST', { [field]: given, ...beside });
      if (typeof kept !== 'string') {
        const detail = [{ loc: ['body', field], ...kept }];
        expect([path, status, body]).toEqual([path, 422, { detail }]);
        continue;
      }
      const made = body.key ?? body;
      expect([path, status, made]).toMatchObject([path, 201, { [field]: kept }]);
      const renamed = await send(`${path}/${made.id}`, 'PATCH', {
        [field]: `${kept.slice(0, 90)}!`,
      });
      expect([path, renamed.status]).toEqual([path, 200]);
    }
  });

  test('a name from before the rules is shown with what cannot be seen escaped, and is mended', async () => {
    const { raw, id } = await issueKey(server());
    const stored = 'CI\nkey_x  Acme\u202e\u009b31m';
    const shown = 'CI\\u{a}key_x  Acme\\u{202e}\\u{9b}31m';
    await server().services.database.transaction((em) =>
      em.execute('update api_key set label = ? where id = ?', [stored, id]),
    );
    const record = await answer(server().fetch(`${keys}/${id}`, { as: 'parent-admin' }));
    expect(record.body.label).toBe(shown);
    const own = await answer(server().fetch('/api/v1/key', { as: raw }));
    expect(own.body.label).toBe(shown);
    const renamed = await send(`${keys}/${id}`, 'PATCH', { label: 'CI' });
    expect(renamed.body.label).toBe('CI');
    const revoked = await server().fetch(`${keys}/${id}`, { as: 'parent-admin', method: 'DELETE' });
    expect(revoked.status).toBe(204);
  });
});
