import { Migration } from '@mikro-orm/migrations';

/**
 * Gives each holder the random mark of its last renewal in place of a count, and records restores of
 * the database (see leases/README.md). A row that takes another id invalidates both ids.
 */
export class LostHistory extends Migration {
  override name = '0007-lost-history';

  override up(): void {
    this.addSql('delete from holder');
    this.addSql('alter table holder drop column renewals');
    this.addSql("alter table holder add column mark text not null default ''");
    this.addSql(`
      create table restoration (
        id text primary key,
        accepted boolean not null
      )
    `);
    // Nothing but the epoch is announced: who hears it reads the tables.
    this.addSql(`
      create or replace function announce_epoch() returns trigger language plpgsql as $$
      begin
        perform set_config('reporisk.epoch', '', true);
        perform pg_notify('reporisk_epoch', '');
        return null;
      end $$
    `);
    this.#touch('api_key', "'key/' || ROW.id");
    this.#touch('organization', "'organization/' || ROW.id", ['id', 'tier', 'name', 'deleted_at']);
    this.#touch('sub_org', "'sub-org/' || ROW.id", ['id', 'org_id', 'archived_at', 'removed_at']);
    this.#touch('service_account', "'service-account/' || ROW.id", [
      ...['id', 'org_id', 'role', 'is_active'],
    ]);
  }

  #touch(table: string, subject: string, decides?: readonly string[]): void {
    const list = (row: string) => `(${decides?.map((name) => `${row}.${name}`).join(', ')})`;
    const differs =
      decides === undefined ? 'true' : `${list('new')} is distinct from ${list('old')}`;
    const touch = (row: string) => `perform touch(${subject.replaceAll('ROW', row)});`;
    this.addSql(`
      create or replace function touch_${table}() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' then
          ${touch('old')}
        elsif ${differs} then
          ${touch('old')}
          ${touch('new')}
        end if;
        return null;
      end $$
    `);
  }
}
