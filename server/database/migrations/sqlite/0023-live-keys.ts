import { Migration } from '@mikro-orm/migrations';

/**
 * How many live keys an organization has; see database/README.md. Triggers count, so that no statement that
 * writes keys can leave a key out.
 */
export class LiveKeys extends Migration {
  override name = '0023-live-keys';

  override up(): void {
    this.addSql(`
      create table live_key_count (
        org_id text not null,
        environment text not null,
        keys integer not null,
        as_of datetime not null,
        primary key (org_id, environment)
      )
    `);
    this.addSql(`
      insert into live_key_count
        select org_id, environment, count(*), 0 from api_key
        where revoked_at is null and (expires_at is null or expires_at > 0)
        group by org_id, environment
    `);
    const add = (row: 'new' | 'old', n: string) => `
      update live_key_count set keys = keys ${n}
      where ${row}.revoked_at is null and org_id = ${row}.org_id
        and environment = ${row}.environment
        and (${row}.expires_at is null or ${row}.expires_at > as_of);`;
    // A conflict clause here would be replaced by that of the statement which fires the trigger.
    const begin = `
      insert into live_key_count select new.org_id, new.environment, 0, 0
      where not exists (
        select 1 from live_key_count
        where org_id = new.org_id and environment = new.environment
      );`;
    this.addSql(`
      create trigger count_live_keys_on_insert after insert on api_key
      begin ${begin} ${add('new', '+ 1')} end
    `);
    this.addSql(`
      create trigger count_live_keys_on_update
      after update of org_id, environment, revoked_at, expires_at on api_key
      begin ${begin} ${add('old', '- 1')} ${add('new', '+ 1')} end
    `);
    this.addSql(`
      create trigger count_live_keys_on_delete after delete on api_key
      begin ${add('old', '- 1')} end
    `);
  }
}
