import { Migration } from '@mikro-orm/migrations';

/**
 * The audit log as a chain (see audit/README.md): each row has its place and a mac over everything
 * before it, and no statement changes or deletes one. No release had the table without them.
 */
export class AuditChain extends Migration {
  override name = '0005-audit-chain';

  override up(): void {
    this.addSql('drop table audit_event');
    this.addSql(`
      create table audit_event (
        id text not null primary key,
        seq integer not null,
        org_id text null,
        at datetime not null,
        actor text not null,
        action text not null,
        target text null,
        changes json null,
        ip_address text null,
        request_id text null,
        mac text not null
      )
    `);
    this.addSql('create index audit_event_org_id_seq_index on audit_event (org_id, seq)');
    this.addSql('create unique index audit_event_seq_unique on audit_event (seq)');
    this.addSql(`
      create table audit_head (
        one integer primary key check (one = 1),
        seq integer not null,
        digest text not null,
        mac text not null
      )
    `);
    this.addSql(
      "insert into audit_head (one, seq, digest, mac) values (1, 0, printf('%064d', 0), '')",
    );
    for (const event of ['update', 'delete']) {
      this.addSql(`
        create trigger audit_event_no_${event} before ${event} on audit_event
        begin
          select raise(abort, 'audit_event is append-only');
        end
      `);
    }
  }
}
