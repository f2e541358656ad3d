import { Migration } from '@mikro-orm/migrations';

/**
 * How many live keys an organization has; see database/README.md. Triggers note what changes, so that no
 * statement that writes keys can leave a key out; once for a statement, because it may revoke a
 * hundred thousand. A note is a new row: no revocation waits for a lock on the counter.
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
      create table live_key_change (
        org_id varchar(255) not null,
        environment varchar(255) not null,
        expires_at timestamptz(3),
        keys int not null
      )
    `);
    this.addSql('create index live_key_change_index on live_key_change (org_id, environment)');
    this.addSql(`
      insert into live_key_count
        select org_id, environment, count(*), 'epoch' from api_key
        where revoked_at is null and (expires_at is null or expires_at > 'epoch')
        group by org_id, environment
    `);
    this.#trigger('insert', ['new']);
    this.#trigger('update', ['new', 'old']);
    this.#trigger('delete', ['old']);
  }

  #trigger(event: string, tables: readonly ('new' | 'old')[]): void {
    const rows = tables.map(
      (table) => `
        select org_id, environment, expires_at, ${table === 'new' ? 1 : -1} as n
        from ${table}_keys where revoked_at is null`,
    );
    // What an update leaves as it was adds up to nothing.
    this.addSql(`
      create function count_live_keys_on_${event}() returns trigger language plpgsql as $$
      begin
        insert into live_key_change (org_id, environment, expires_at, keys)
          select org_id, environment, expires_at, sum(n)
          from (${rows.join(' union all ')}) as row
          group by org_id, environment, expires_at having sum(n) <> 0;
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
