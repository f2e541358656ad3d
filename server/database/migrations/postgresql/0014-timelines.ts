import { Migration } from '@mikro-orm/migrations';

/**
 * The timeline whose lost holders no longer serve; see leases/README.md. PostgreSQL begins another one
 * with each failover. A service that keeps no write-ahead log of its own (Aurora) refuses to tell: its
 * failovers lose nothing.
 */
export class Timelines extends Migration {
  override name = '0014-timelines';

  override up(): void {
    this.addSql(`
      create function present_timeline() returns text language plpgsql as $$
      begin
        return left(pg_walfile_name(pg_current_wal_lsn()), 8);
      exception when others then
        return null;
      end $$
    `);
    this.addSql('create table timeline (outlived text)');
    this.addSql('insert into timeline (outlived) values (present_timeline())');
  }
}
