import { Migration } from '@mikro-orm/migrations';
import { extensionUrl, repositoryUrl, type SubmittedUrl } from '../../wire/submitted-url.ts';

/** Rows to a statement. */
const batchSize = 500;

const tables = [
  ['repo', repositoryUrl],
  ['extension', extensionUrl],
] as const;

/**
 * One form of each submitted address, and what tells it from others. Rows that become equal stay:
 * submissions use the newest. On both databases.
 */
export class SubmittedUrls extends Migration {
  override name = '0026-submitted-urls';

  override async up(): Promise<void> {
    for (const [table, normalize] of tables) {
      await this.execute(`alter table ${table} add column identity varchar(255) null`);
      let after = 0;
      for (;;) {
        const rows = (await this.execute(
          `select id, url from ${table} where id > ? and url is not null order by id limit ${batchSize}`,
          [after],
        )) as { readonly id: number; readonly url: string }[];
        if (rows.length === 0) break;
        after = rows.at(-1)?.id ?? after;
        const values = rows.flatMap(({ id, url }) => {
          const to = normalized(url, normalize);
          return to === null ? [] : [[id, to.url, to.identity]];
        });
        if (values.length === 0) continue;
        await this.execute(
          `with given (id, url, identity) as (values ${values.map(() => '(?, ?, ?)').join(', ')})
           update ${table} set url = given.url, identity = given.identity
           from given where ${table}.id = given.id`,
          values.flat(),
        );
      }
      await this.execute(
        `create index ${table}_org_id_identity_index on ${table} (org_id, identity)`,
      );
    }
  }
}

/** Null for what no submission can be: a row that was written by hand stays as it is. */
function normalized(url: string, normalize: (url: string) => SubmittedUrl): SubmittedUrl | null {
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? normalize(url) : null;
}
