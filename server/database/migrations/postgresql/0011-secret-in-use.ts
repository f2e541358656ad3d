import { Migration } from '@mikro-orm/migrations';

/** Which secret everything new is written under. Each process reads it again when its epoch comes. */
export class SecretInUse extends Migration {
  override name = '0011-secret-in-use';

  override up(): void {
    // The names of the secrets that a process knows, with a blank between two.
    this.addSql("alter table holder add column secrets text not null default ''");
    this.addSql(`
      create table secret_in_use (
        one boolean primary key default true check (one),
        name text not null
      )
    `);
    this.addSql(`
      create function touch_secret_in_use() returns trigger language plpgsql as $$
      begin
        perform touch('server-secret');
        return null;
      end $$
    `);
    this.addSql(`
      create constraint trigger touch after insert or update on secret_in_use
      deferrable initially deferred for each row execute function touch_secret_in_use()
    `);
  }
}
