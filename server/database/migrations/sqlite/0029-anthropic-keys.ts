import { Migration } from '@mikro-orm/migrations';

/** Organizations' own keys of Anthropic, and the tokens used under them. */
export class AnthropicKeys extends Migration {
  override name = '0029-anthropic-keys';

  override up(): void {
    this.addSql(`
      create table anthropic_key (
        org_id text not null,
        version text not null,
        secret text not null,
        preview text not null,
        set_by text not null,
        set_at datetime not null,
        is_working integer not null,
        checked_at datetime not null,
        fault text null check (fault in ('rejected', 'forbidden', 'billing', 'model', 'question', 'unavailable')),
        mac text not null,
        primary key (org_id),
        constraint anthropic_key_org_id_foreign foreign key (org_id) references organization (id) on delete cascade
      )
    `);
    this.addSql(`
      create table anthropic_use (
        org_id text not null,
        day text not null,
        model text not null,
        input_tokens bigint not null,
        output_tokens bigint not null,
        primary key (org_id, day, model)
      )
    `);
  }
}
