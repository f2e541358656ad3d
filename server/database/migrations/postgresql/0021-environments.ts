import { Migration } from '@mikro-orm/migrations';

/** Records of sandbox keys stand apart. What such keys made before stays live. */
export class Environments extends Migration {
  override name = '0021-environments';

  override up(): void {
    for (const table of ['repo', 'extension', 'job']) {
      this.addSql(
        `alter table ${table} add column environment text not null default 'live'
         check (environment in ('live', 'test'))`,
      );
    }
  }
}
