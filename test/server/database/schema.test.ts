import { SqlSchemaGenerator } from '@mikro-orm/sql';
import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { onEachDatabase } from '../../support/databases.ts';

onEachDatabase((place) => {
  test('the migrations make the tables that the entities describe', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const generator = new SqlSchemaGenerator(database.read());
    const differences = (await generator.getUpdateSchemaSQL({ wrap: false }))
      .split('\n')
      // Triggers are written by hand; coherence.test.ts shows that each of them works.
      .filter((sql) => sql !== '' && !/^drop (trigger|function) /.test(sql))
      // Indexes of expressions and partial ones differ; list-plans.test.ts shows that each is used.
      .filter((sql) => !/^drop index "?`?(api_key|audit_event)_(by|secret_in)_/.test(sql));
    expect(differences).toEqual([]);
  });

  test('migrating again changes nothing', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    await database.migrate();
    await database.migrate();
    await database.ping();
  });
});
