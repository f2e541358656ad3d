import { Migration } from '@mikro-orm/migrations';

/** Who tried keys that were refused. No trigger watches these tables: no decision reads them. */
export class RefusedAttempts extends Migration {
  override name = '0018-refused-attempts';

  override up(): void {
    this.addSql(`
      create table key_refusal (
        key_id varchar(255) not null,
        reason varchar(255) not null,
        ip_address varchar(255) not null,
        user_agent varchar(255) null,
        count bigint not null,
        first_at timestamptz(3) not null,
        last_at timestamptz(3) not null,
        primary key (key_id, reason, ip_address)
      )
    `);
    this.addSql('create index key_refusal_last_at_index on key_refusal (last_at)');
    this.addSql(`
      create table key_refused_secret (
        key_id varchar(255) not null,
        preview varchar(255) not null,
        reason varchar(255) not null,
        ip_address varchar(255) not null,
        user_agent varchar(255) null,
        last_at timestamptz(3) not null,
        told_at timestamptz(3) null,
        primary key (key_id, preview)
      )
    `);
    this.addSql('create index key_refused_secret_told_at_index on key_refused_secret (told_at)');
    this.addSql('create index key_refused_secret_last_at_index on key_refused_secret (last_at)');
  }
}
