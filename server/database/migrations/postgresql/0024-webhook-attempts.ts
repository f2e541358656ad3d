import { Migration } from '@mikro-orm/migrations';

/** What was sent to webhooks and what came back, and how each endpoint does. */
export class WebhookAttempts extends Migration {
  override name = '0024-webhook-attempts';

  override up(): void {
    this.addSql(`
      create table webhook_attempt (
        id varchar(255) not null,
        delivery_id varchar(255) not null,
        webhook_id varchar(255) not null,
        at timestamptz(3) not null,
        duration_ms int not null,
        url text not null,
        status int null,
        error text null,
        answer text null,
        primary key (id)
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
        webhook_id varchar(255) not null,
        last_success_at timestamptz(3) null,
        last_failure_at timestamptz(3) null,
        held_until timestamptz(3) null,
        hours jsonb not null,
        primary key (webhook_id)
      )
    `);
    this.addSql(
      'alter table webhook_attempt add constraint webhook_attempt_delivery_id_foreign foreign key (delivery_id) references webhook_delivery (id) on delete cascade',
    );
    this.addSql(
      'alter table webhook_health add constraint webhook_health_webhook_id_foreign foreign key (webhook_id) references webhook (id) on delete cascade',
    );
    this.addSql(`
      insert into webhook_health (webhook_id, last_success_at, hours)
      select id, (select max(delivered_at) from webhook_delivery where webhook_id = webhook.id), '[]'
      from webhook
    `);
  }
}
