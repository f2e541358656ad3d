import { Migration } from '@mikro-orm/migrations';

/**
 * What calls come to. No trigger watches these tables: they change with each request, and no decision
 * reads them.
 */
export class Usage extends Migration {
  override name = '0003-usage';

  override up(): void {
    // Rows lie in the order in which they came, so that the oldest are found without an index.
    this.addSql(`
      create table key_call (
        id text not null,
        key_id text not null,
        org_id text not null,
        endpoint text not null,
        method text not null,
        status_code integer not null,
        duration_ms real not null,
        request_id text not null,
        ip_address text null,
        user_agent text null,
        created_at datetime not null
      )
    `);
    this.addSql('create unique index key_call_key_id_id_unique on key_call (key_id, id)');
    this.addSql(`
      create table key_hour (
        key_id text not null,
        hour datetime not null,
        outcome text check (outcome in ('success', 'forbidden', 'rate_limited', 'client_error', 'server_error')) not null,
        count integer not null,
        primary key (key_id, hour, outcome)
      )
    `);
    this.addSql('create index key_hour_hour_index on key_hour (hour)');
    this.addSql(`
      create table key_scope_use (
        key_id text not null,
        scope text not null,
        last_used_at datetime not null,
        primary key (key_id, scope)
      )
    `);
    this.addSql(`
      create table key_retiring_use (
        key_id text not null,
        retires_at datetime not null,
        ip_address text not null,
        user_agent text not null,
        calls integer not null,
        last_used_at datetime not null,
        primary key (key_id, retires_at, ip_address, user_agent)
      )
    `);
  }
}
