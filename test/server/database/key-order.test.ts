import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { fillOrganization } from '../../support/filled-organization.ts';
import { testKeyring } from '../../support/keyring.ts';
import { databaseKinds, demoDatabase } from '../../support/server.ts';

test.each(databaseKinds)('on %s, the order by use follows every write of a use', async (kind) => {
  await using place = await demoDatabase(kind);
  await using database = await openAuditedDatabase(place.url, { keyring: testKeyring });
  await fillOrganization(database, 6, Date.UTC(2026, 0, 1));
  const em = database.read();
  const { milliseconds } = database.rows.dialect;
  const differences = () =>
    em.execute(
      `select k.id, k.org_id, p.org_id as placed, u.last_used_at, ${milliseconds('p.last_used_at')} as place
       from api_key k left join key_order p on p.key_id = k.id
         left join key_use u on u.key_id = k.id
       where p.key_id is null or p.org_id <> k.org_id or (u.key_id is null) <> (p.last_used_at < ?)
         or u.last_used_at <> p.last_used_at`,
      [new Date(0)],
    );
  const uses = await em.execute<{ key_id: string }[]>('select key_id from key_use');
  expect(uses.length).toBeGreaterThan(2);
  expect(await differences()).toEqual([]);
  const [one, other] = uses.map((row) => row.key_id);
  await em.execute('update key_use set last_used_at = ? where key_id = ?', [new Date(9e11), one]);
  await em.execute('delete from key_use where key_id = ?', [other]);
  expect(await differences()).toEqual([]);
});
