import { Migration } from '@mikro-orm/migrations';

/**
 * The audit log as a chain (see audit/README.md): each row has its place and a mac over everything
 * before it, and no statement changes or deletes one. No release had the table without them.
 */
export class AuditChain extends Migration {
  override name = '0005-audit-chain';

  override up(): void {
    this.addSql('delete from audit_event');
    this.addSql('alter table audit_event add column seq int not null');
    this.addSql('alter table audit_event add column mac varchar(255) not null');
    this.addSql('alter table audit_event add constraint audit_event_seq_unique unique (seq)');
    this.addSql('drop index audit_event_org_id_id_index');
    this.addSql('create index audit_event_org_id_seq_index on audit_event (org_id, seq)');
    this.addSql(`
      create table audit_head (
        one boolean primary key default true check (one),
        seq int not null,
        digest text not null,
        mac text not null
      )
    `);
    this.addSql("insert into audit_head (seq, digest, mac) values (0, repeat('0', 64), '')");
    this.addSql(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only', tg_table_name;
      end $$
    `);
    this.addSql(`
      create trigger append_only before update or delete or truncate on audit_event
      for each statement execute function refuse_change()
    `);
  }
}
