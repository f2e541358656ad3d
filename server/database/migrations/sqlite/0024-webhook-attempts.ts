import { Migration } from '@mikro-orm/migrations';

/** What was sent to webhooks and what came back, and how each endpoint does. */
export class WebhookAttempts extends Migration {
  override name = '0024-webhook-attempts';

  override up(): void {
    this.addSql(`
      create table webhook_attempt (
        id text not null primary key,
        delivery_id text not null,
        webhook_id text not null,
        at datetime not null,
        duration_ms integer not null,
        url text not null,
        status integer null,
        error text null,
        answer text null,
        constraint webhook_attempt_delivery_id_foreign foreign key (delivery_id) references webhook_delivery (id) on delete cascade
      )
    `);
    this.addSql(
      'create index webhook_attempt_webhook_id_id_index on webhook_attempt (webhook_id, id)',
    );
    this.addSql(
      'create index webhook_attempt_delivery_id_id_index on webhook_attempt (delivery_id, id)',
    );
    this.addSql(`
      create table webhook_health (
        webhook_id text not null primary key,
        last_success_at datetime null,
        last_failure_at datetime null,
        held_until datetime null,
        hours json not null,
        constraint webhook_health_webhook_id_foreign foreign key (webhook_id) references webhook (id) on delete cascade
      )
    `);
    this.addSql(`
      insert into webhook_health (webhook_id, last_success_at, hours)
      select id, (select max(delivered_at) from webhook_delivery where webhook_id = webhook.id), '[]'
      from webhook
    `);
  }
}
