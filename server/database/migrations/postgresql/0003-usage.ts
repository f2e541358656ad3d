import { Migration } from '@mikro-orm/migrations';

/**
 * What calls come to. No trigger watches these tables: they change with each request, and no decision
 * reads them.
 */
export class Usage extends Migration {
  override name = '0003-usage';

  override up(): void {
    // A part for each month, made by the server that stores calls, dropped whole when it is pruned.
    this.addSql(`
      create table key_call (
        id text collate "C" not null,
        key_id text collate "C" not null,
        org_id text not null,
        endpoint text not null,
        method text not null,
        status_code int not null,
        duration_ms float8 not null,
        request_id text not null,
        ip_address text null,
        user_agent text null,
        created_at timestamptz(3) not null,
        primary key (key_id, id, created_at)
      ) partition by range (created_at)
    `);
    this.addSql(`
      create table key_hour (
        key_id varchar(255) not null,
        hour timestamptz(3) not null,
        outcome text not null,
        count int not null,
        primary key (key_id, hour, outcome)
      )
    `);
    this.addSql('create index key_hour_hour_index on key_hour (hour)');
    this.addSql(
      "alter table key_hour add constraint key_hour_outcome_check check (outcome in ('success', 'forbidden', 'rate_limited', 'client_error', 'server_error'))",
    );
    this.addSql(`
      create table key_scope_use (
        key_id varchar(255) not null,
        scope varchar(255) not null,
        last_used_at timestamptz(3) not null,
        primary key (key_id, scope)
      )
    `);
    this.addSql(`
      create table key_retiring_use (
        key_id varchar(255) not null,
        retires_at timestamptz(3) not null,
        ip_address varchar(255) not null,
        user_agent varchar(255) not null,
        calls int not null,
        last_used_at timestamptz(3) not null,
        primary key (key_id, retires_at, ip_address, user_agent)
      )
    `);
  }
}
