import { Migration } from '@mikro-orm/migrations';

/**
 * The text that a key is found by, and an index of its three-letter pieces, where the role may create
 * the extension that it needs.
 */
export class KeySearch extends Migration {
  override name = '0015-key-search';

  override up(): void {
    this.addSql(`
      create table key_search (
        key_id text primary key references api_key (id) on delete cascade,
        text text not null
      )
    `);
    this.addSql(`
      do $$ begin
        create extension if not exists pg_trgm;
        create index key_search_index on key_search using gin (text gin_trgm_ops);
      exception when others then
        raise notice 'searches read every key: %', sqlerrm;
      end $$
    `);
    this.addSql('create index api_key_secret_first4_index on api_key_secret (lower(first4))');
    this.addSql('create index api_key_secret_last4_index on api_key_secret (lower(last4))');
  }
}
