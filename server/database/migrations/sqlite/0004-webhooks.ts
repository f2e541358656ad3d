import { Migration } from '@mikro-orm/migrations';

/** Background tasks, webhooks with their outbox, and who was told of an expiry. */
export class Webhooks extends Migration {
  override name = '0004-webhooks';

  override up(): void {
    this.addSql(`
      create table task (
        id text not null primary key,
        type text not null,
        lane text null,
        position integer not null default 0,
        pool text null,
        attempts integer not null default 0,
        run_at datetime not null,
        lease text null,
        leased_until datetime null
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
        id text not null primary key,
        org_id text not null,
        url text not null,
        events json not null,
        is_active integer not null default true,
        disabled_reason text null,
        secret text not null,
        previous_secret text null,
        previous_secret_until datetime null,
        created_at datetime not null,
        updated_at datetime not null,
        constraint webhook_org_id_foreign foreign key (org_id) references organization (id)
      )
    `);
    this.addSql('create index webhook_org_id_id_index on webhook (org_id, id)');
    this.addSql(`
      create table webhook_delivery (
        id text not null primary key,
        webhook_id text not null,
        event_id text not null,
        type text not null,
        key_id text not null,
        payload text not null,
        status text check (status in ('pending', 'delivered', 'failed')) not null,
        attempts integer not null default 0,
        first_attempt_at datetime null,
        next_attempt_at datetime null,
        last_status integer null,
        last_error text null,
        created_at datetime not null,
        delivered_at datetime null,
        constraint webhook_delivery_webhook_id_foreign foreign key (webhook_id) references webhook (id) on delete cascade
      )
    `);
    this.addSql(
      'create index webhook_delivery_webhook_id_id_index on webhook_delivery (webhook_id, id)',
    );
    this.addSql('create index api_key_expires_at_index on api_key (expires_at)');
    this.addSql(`
      create table api_key_expiry_notice (
        key_id text not null,
        days integer not null,
        primary key (key_id, days),
        constraint api_key_expiry_notice_key_id_foreign foreign key (key_id) references api_key (id) on delete cascade
      )
    `);
  }
}
