import { Migration } from '@mikro-orm/migrations';

/** Keys of the other dialects: the project they are held to, the keys they descend from, their suffix. */
export class Dialects extends Migration {
  override name = '0031-dialects';

  override up(): void {
    this.addSql('alter table api_key add column project_id text null');
    this.addSql('alter table api_key add column lineage text null');
    this.addSql('alter table api_key_secret add column last6 text null');
    this.addSql(
      'create index api_key_by_lineage on api_key (lineage) where revoked_at is null and lineage is not null',
    );
  }
}
