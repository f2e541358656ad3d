import { Migration } from '@mikro-orm/migrations';

/** Background tasks, webhooks with their outbox, and who was told of an expiry. */
export class Webhooks extends Migration {
  override name = '0004-webhooks';

  override up(): void {
    this.addSql(`
      create table task (
        id varchar(255) not null,
        type varchar(255) not null,
        lane text null,
        position int not null default 0,
        pool varchar(255) null,
        attempts int not null default 0,
        run_at timestamptz(3) not null,
        lease varchar(255) null,
        leased_until timestamptz(3) null,
        primary key (id)
      )
    `);
    this.addSql('create index task_run_at_index on task (run_at)');
    this.addSql('create index task_lane_position_index on task (lane, position)');
    this.addSql('create index task_pool_index on task (pool)');
    this.addSql(`
      insert into task (id, type, run_at)
      select id, type, created_at from job where status = 'queued'
    `);
    this.addSql(`
      create table webhook (
        id varchar(255) not null,
        org_id varchar(255) not null,
        url text not null,
        events jsonb not null,
        is_active boolean not null default true,
        disabled_reason text null,
        secret text not null,
        previous_secret text null,
        previous_secret_until timestamptz(3) null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        primary key (id)
      )
    `);
    this.addSql('create index webhook_org_id_id_index on webhook (org_id, id)');
    this.addSql(`
      create table webhook_delivery (
        id varchar(255) not null,
        webhook_id varchar(255) not null,
        event_id varchar(255) not null,
        type varchar(255) not null,
        key_id varchar(255) not null,
        payload text not null,
        status text not null,
        attempts int not null default 0,
        first_attempt_at timestamptz(3) null,
        next_attempt_at timestamptz(3) null,
        last_status int null,
        last_error text null,
        created_at timestamptz(3) not null,
        delivered_at timestamptz(3) null,
        primary key (id)
      )
    `);
    this.addSql(
      'create index webhook_delivery_webhook_id_id_index on webhook_delivery (webhook_id, id)',
    );
    this.addSql('create index api_key_expires_at_index on api_key (expires_at)');
    this.addSql(`
      create table api_key_expiry_notice (
        key_id varchar(255) not null,
        days int not null,
        primary key (key_id, days)
      )
    `);
    this.addSql(
      'alter table webhook add constraint webhook_org_id_foreign foreign key (org_id) references organization (id)',
    );
    this.addSql(
      'alter table webhook_delivery add constraint webhook_delivery_webhook_id_foreign foreign key (webhook_id) references webhook (id) on delete cascade',
    );
    this.addSql(
      "alter table webhook_delivery add constraint webhook_delivery_status_check check (status in ('pending', 'delivered', 'failed'))",
    );
    this.addSql(
      'alter table api_key_expiry_notice add constraint api_key_expiry_notice_key_id_foreign foreign key (key_id) references api_key (id) on delete cascade',
    );
  }
}
