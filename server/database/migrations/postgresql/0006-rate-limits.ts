import { Migration } from '@mikro-orm/migrations';

/** Rate limits that several processes share (see rate-limits/README.md); a crash may empty them. */
export class RateLimits extends Migration {
  override name = '0006-rate-limits';

  override up(): void {
    this.addSql(`
      create unlogged table rate_limit_window (
        name text primary key,
        count int not null,
        ends_at timestamptz not null
      ) with (fillfactor = 50)
    `);
  }
}
