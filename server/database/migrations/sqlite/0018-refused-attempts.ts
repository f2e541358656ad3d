import { Migration } from '@mikro-orm/migrations';

/** Who tried keys that were refused. No trigger watches these tables: no decision reads them. */
export class RefusedAttempts extends Migration {
  override name = '0018-refused-attempts';

  override up(): void {
    this.addSql(`
      create table key_refusal (
        key_id text not null,
        reason text not null,
        ip_address text not null,
        user_agent text null,
        count bigint not null,
        first_at datetime not null,
        last_at datetime not null,
        primary key (key_id, reason, ip_address)
      )
    `);
    this.addSql('create index key_refusal_last_at_index on key_refusal (last_at)');
    this.addSql(`
      create table key_refused_secret (
        key_id text not null,
        preview text not null,
        reason text not null,
        ip_address text not null,
        user_agent text null,
        last_at datetime not null,
        told_at datetime null,
        primary key (key_id, preview)
      )
    `);
    this.addSql('create index key_refused_secret_told_at_index on key_refused_secret (told_at)');
    this.addSql('create index key_refused_secret_last_at_index on key_refused_secret (last_at)');
  }
}
