import { Migration } from '@mikro-orm/migrations';

/** Organizations' own keys of Anthropic, and the tokens used under them. */
export class AnthropicKeys extends Migration {
  override name = '0029-anthropic-keys';

  override up(): void {
    this.addSql(`
      create table anthropic_key (
        org_id varchar(255) not null,
        version varchar(255) not null,
        secret text not null,
        preview varchar(255) not null,
        set_by varchar(255) not null,
        set_at timestamptz(3) not null,
        is_working boolean not null,
        checked_at timestamptz(3) not null,
        fault text null check (fault in ('rejected', 'forbidden', 'billing', 'model', 'question', 'unavailable')),
        mac text not null,
        primary key (org_id),
        constraint anthropic_key_org_id_foreign foreign key (org_id) references organization (id) on delete cascade
      )
    `);
    this.addSql(`
      create table anthropic_use (
        org_id varchar(255) not null,
        day varchar(255) not null,
        model varchar(255) not null,
        input_tokens bigint not null,
        output_tokens bigint not null,
        primary key (org_id, day, model)
      )
    `);
  }
}
