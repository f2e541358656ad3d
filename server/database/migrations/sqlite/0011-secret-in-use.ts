import { Migration } from '@mikro-orm/migrations';

/**
 * Which secret everything new is written under. Each process reads it again when its epoch comes; an
 * upsert fires the update trigger, a `replace` the insert trigger.
 */
export class SecretInUse extends Migration {
  override name = '0011-secret-in-use';

  override up(): void {
    // The names of the secrets that a process knows, with a blank between two.
    this.addSql("alter table holder add column secrets text not null default ''");
    this.addSql(
      'create table secret_in_use (one integer primary key check (one = 1), name text not null)',
    );
    for (const event of ['insert', 'update']) {
      this.addSql(`
        create trigger touch_secret_in_use_${event} after ${event} on secret_in_use
        begin
          update epoch set n = n + 1;
          insert or ignore into invalidation select n, 'server-secret' from epoch;
        end
      `);
    }
  }
}
