import { Migration } from '@mikro-orm/migrations';

/**
 * How many live keys an organization has; see LiveKeyCount. Triggers count, so that no statement that
 * writes keys can leave a key out; once for a statement, because it may revoke a hundred thousand.
 */
export class LiveKeys extends Migration {
  override name = '0023-live-keys';

  override up(): void {
    this.addSql(`
      create table live_key_count (
        org_id varchar(255) not null,
        environment varchar(255) not null,
        keys int not null,
        as_of timestamptz(3) not null,
        primary key (org_id, environment)
      )
    `);
    this.addSql(`
      insert into live_key_count
        select org_id, environment, count(*), 'epoch' from api_key
        where revoked_at is null and (expires_at is null or expires_at > 'epoch')
        group by org_id, environment
    `);
    for (const [event, ...tables] of [
      ['insert', 'new'],
      ['update', 'new', 'old'],
      ['delete', 'old'],
    ]) {
      this.#trigger(event ?? '', tables);
    }
  }

  #trigger(event: string, tables: readonly string[]): void {
    const rows = tables.map(
      (table) => `
        select org_id, environment, expires_at, ${table === 'new' ? 1 : -1} as n
        from ${table}_keys where revoked_at is null`,
    );
    // What an update leaves as it was adds up to nothing, and locks nothing.
    const changes = `
      select org_id, environment, expires_at, sum(n) as n
      from (${rows.join(' union all ')}) as row
      group by org_id, environment, expires_at having sum(n) <> 0`;
    // The rows are locked first: the next statement then sees until when each of them counts.
    this.addSql(`
      create function count_live_keys_on_${event}() returns trigger language plpgsql as $$
      begin
        if not exists (${changes}) then return null; end if;
        insert into live_key_count
          select distinct org_id, environment, 0, 'epoch'::timestamptz from (${changes}) as change
          on conflict do nothing;
        perform 1 from live_key_count
          where (org_id, environment) in (select org_id, environment from (${changes}) as change)
          order by org_id, environment for update;
        update live_key_count set keys = keys + added.n
          from (
            select change.org_id, change.environment, sum(change.n) as n
            from (${changes}) as change join live_key_count held using (org_id, environment)
            where change.expires_at is null or change.expires_at > held.as_of
            group by change.org_id, change.environment
          ) as added
          where live_key_count.org_id = added.org_id
            and live_key_count.environment = added.environment;
        return null;
      end $$
    `);
    const referencing = tables.map((table) => `${table} table as ${table}_keys`).join(' ');
    this.addSql(`
      create trigger count_live_keys_on_${event} after ${event} on api_key
      referencing ${referencing}
      for each statement execute function count_live_keys_on_${event}()
    `);
  }
}
