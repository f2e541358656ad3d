import { Migration } from '@mikro-orm/migrations';

/**
 * When a secret was ended before its time. `retires_at` alone is one machine's instant: a process
 * whose clock is behind would go on accepting what another has ended.
 */
export class RetiredSecrets extends Migration {
  override name = '0008-retired-secrets';

  override up(): void {
    this.addSql('alter table api_key_secret add column retired_at datetime null');
    this.addSql(`
      update api_key_secret set retired_at = retires_at
      where retires_at <= cast(unixepoch('subsec') * 1000 as integer)
    `);
  }
}
