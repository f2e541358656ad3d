import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { extensionUrl, repositoryUrl } from '../../../server/wire/submitted-url.ts';
import { onEachDatabase } from '../../support/databases.ts';

onEachDatabase((place) => {
  test('the migration gives each submitted address its form, and loses no row of several that become equal', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url);
    const em = database.read();
    const at = new Date(0);
    await em.execute(
      "insert into organization (id, name, tier, as_of, created_at, updated_at) values ('o', 'O', 3, ?, ?, ?)",
      [at, at, at],
    );
    // As it was before the migration.
    for (const table of ['repo', 'extension']) {
      await em.execute(`drop index ${table}_org_id_identity_index`);
      await em.execute(`alter table ${table} drop column identity`);
    }
    await em.execute("delete from mikro_orm_migrations where name = '0026-submitted-urls'");
    const add = (table: string, urls: readonly (string | null)[]) =>
      em.execute(
        `insert into ${table} (org_id, url, name, status, created_at, updated_at)
         values ${urls.map(() => "('o', ?, 'n', 'queued', ?, ?)").join(', ')}`,
        urls.flatMap((url) => [url, at, at]),
      );
    const many = Array.from(
      { length: 1_200 },
      (_, index) => `https://github.com/Acme/${index}.git`,
    );
    const odd = ['no url', 'c:\\x', "https://example.com/'?", 'https://github.com/acme/0'];
    await add('repo', [...many, ...odd]);
    const item = 'https://marketplace.visualstudio.com/items?itemName=';
    await add('extension', [`${item}a.b`, null, `${item}A.b#top`]);

    await database.migrate();
    const rows = (table: string) =>
      em.execute<{ url: string; identity: string | null }[]>(
        `select url, identity from ${table} order by id`,
      );
    const repos = await rows('repo');
    expect(repos.map(({ url }) => url)).toEqual([
      ...many.map((url) => url.slice(0, -'.git'.length)),
      ...odd.slice(0, 2),
      "https://example.com/'",
      'https://github.com/acme/0',
    ]);
    expect(repos.map(({ identity }) => identity)).toEqual([
      ...many.map((url) => repositoryUrl(url).identity),
      null,
      null,
      repositoryUrl("https://example.com/'").identity,
      repositoryUrl(many[0] ?? '').identity,
    ]);
    const { identity } = extensionUrl(`${item}a.b`);
    expect(await rows('extension')).toEqual([
      { url: `${item}a.b`, identity },
      { url: null, identity: null },
      { url: `${item}A.b`, identity },
    ]);
  });
});
