import { Migration } from '@mikro-orm/migrations';

/** The text that a key is found by, and an index of its three-letter pieces. */
export class KeySearch extends Migration {
  override name = '0015-key-search';

  override up(): void {
    this.addSql(`
      create table key_search (
        n integer primary key,
        key_id text not null unique references api_key (id) on delete cascade,
        text text not null
      )
    `);
    this.addSql(
      `create virtual table key_search_index
       using fts5 (text, content = 'key_search', content_rowid = 'n', tokenize = 'trigram case_sensitive 1')`,
    );
    const add = 'insert into key_search_index (rowid, text) values (new.n, new.text)';
    const remove =
      "insert into key_search_index (key_search_index, rowid, text) values ('delete', old.n, old.text)";
    for (const [event, ...statements] of [
      ['insert', add],
      ['update', remove, add],
      ['delete', remove],
    ]) {
      this.addSql(
        `create trigger key_search_${event} after ${event} on key_search begin ${statements.join('; ')}; end`,
      );
    }
    this.addSql('create index api_key_secret_first4_index on api_key_secret (lower(first4))');
    this.addSql('create index api_key_secret_last4_index on api_key_secret (lower(last4))');
  }
}
