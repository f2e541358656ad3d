import { Migration } from '@mikro-orm/migrations';

/** Uploads that wait for their scan, and scans that failed for the organization's Anthropic key. */
export class Scans extends Migration {
  override name = '0030-scans';

  override up(): void {
    this.addSql(`
      create table upload_piece (
        job_id text not null,
        piece integer not null,
        bytes blob not null,
        primary key (job_id, piece)
      )
    `);
    this.addSql(
      `alter table job add column failed_for text null check (failed_for in ('anthropic_key'))`,
    );
    this.addSql('create index job_extension_id_id_index on job (extension_id, id)');
  }
}
