import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { prepared } from '../../../server/database/prepared.ts';
import { migrated, onEachDatabase } from '../../support/databases.ts';

const insert = 'insert into deleted_user (user_id, deleted_at) values (?, ?) returning user_id';
const since =
  'select user_id from deleted_user where deleted_at >= ? and user_id <> ? order by user_id';

onEachDatabase((place) => {
  test('prepared() sends values apart from the text, as what they are', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const quoted = `'; drop table deleted_user; -- ? $1`;
    const day = (n: number) => new Date(Date.UTC(2026, 0, n));
    await database.transaction(async (em) => {
      expect(await prepared(em, insert, [quoted, day(1)])).toEqual([{ user_id: quoted }]);
      expect(await prepared(em, insert, ['user_2', day(2)])).toEqual([{ user_id: 'user_2' }]);
    });
    const em = database.read();
    expect(await prepared(em, since, [day(1), 'user_2'])).toEqual([{ user_id: quoted }]);
    expect(await prepared(em, since, [day(2), quoted])).toEqual([{ user_id: 'user_2' }]);
    expect(await prepared(em, 'select 1 as n where cast(? as text) is null', [null])).toEqual([
      { n: 1 },
    ]);
  });

  test('prepared() leaves a transaction as it was when another one fails', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const twice = database.transaction(async (em) => {
      for (let n = 0; n < 2; n++) await prepared(em, insert, ['user_1', new Date(0)]);
    });
    await expect(twice).rejects.toThrow(/unique/i);
    expect(await prepared(database.read(), since, [new Date(0), ''])).toEqual([]);
  });
});

test('prepared() has PostgreSQL prepare a statement once on each connection', async () => {
  await using where = await migrated.PostgreSQL();
  await using database = await openAuditedDatabase(where.url);
  await database.transaction(async (em) => {
    await prepared(em, since, [new Date(0), 'user_1']);
    await prepared(em, since, [new Date(1), 'user_2']);
    const statements = await em.execute<{ statement: string }[]>(
      'select statement from pg_prepared_statements',
    );
    expect(statements).toEqual([{ statement: since.replace('?', '$1').replace('?', '$2') }]);
  });
});
