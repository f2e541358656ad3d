import { Migration } from '@mikro-orm/migrations';

/** From where keys are used, by day. No trigger watches this table: no decision reads it. */
export class ClientUse extends Migration {
  override name = '0019-client-use';

  override up(): void {
    this.addSql(`
      create table key_client_use (
        key_id varchar(255) not null,
        day timestamptz(3) not null,
        ip_address varchar(255) not null,
        user_agent varchar(255) not null,
        calls bigint not null,
        last_used_at timestamptz(3) not null,
        primary key (key_id, day, ip_address, user_agent)
      )
    `);
    this.addSql('create index key_client_use_day_index on key_client_use (day)');
  }
}
