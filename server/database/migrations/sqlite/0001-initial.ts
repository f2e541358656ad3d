import { Migration } from '@mikro-orm/migrations';

/** The tables of keys, their owners, what they reach, and the audit trail. */
export class Initial extends Migration {
  override name = '0001-initial';

  override up(): void {
    this.addSql(`
      create table audit_event (
        id text not null primary key,
        org_id text null,
        at datetime not null,
        actor text not null,
        action text not null,
        target text null,
        changes json null,
        ip_address text null,
        request_id text null
      )
    `);
    this.addSql('create index audit_event_org_id_id_index on audit_event (org_id, id)');
    this.addSql(`
      create table deleted_user (
        user_id text not null primary key,
        deleted_at datetime not null
      )
    `);
    this.addSql(`
      create table key_use (
        key_id text not null primary key,
        last_used_at datetime not null
      )
    `);
    this.addSql(`
      create table membership (
        clerk_org_id text not null,
        user_id text not null,
        role text check (role in ('admin', 'member')) not null,
        active integer not null,
        as_of datetime not null,
        primary key (clerk_org_id, user_id)
      )
    `);
    this.addSql('create index membership_user_id_index on membership (user_id)');
    this.addSql(`
      create table organization (
        id text not null primary key,
        name text not null,
        tier integer null,
        tier_pinned integer not null default false,
        clerk_tier integer null,
        is_demo integer not null default false,
        as_of datetime not null,
        created_at datetime not null,
        updated_at datetime not null,
        deleted_at datetime null
      )
    `);
    this.addSql(`
      create table service_account (
        id text not null primary key,
        org_id text not null,
        name text not null,
        slug text not null,
        description text null,
        role text check (role in ('viewer', 'engineer', 'admin')) not null,
        is_active integer not null default true,
        created_at datetime not null,
        updated_at datetime not null,
        constraint service_account_org_id_foreign foreign key (org_id) references organization (id)
      )
    `);
    this.addSql(
      'create unique index service_account_org_id_slug_unique on service_account (org_id, slug)',
    );
    this.addSql(`
      create table sub_org (
        id integer not null primary key autoincrement,
        org_id text not null,
        name text not null,
        clerk_id text null,
        archived_at datetime null,
        removed_at datetime null,
        as_of datetime null,
        created_at datetime not null,
        constraint sub_org_org_id_foreign foreign key (org_id) references organization (id)
      )
    `);
    this.addSql('create unique index sub_org_clerk_id_unique on sub_org (clerk_id)');
    this.addSql('create index sub_org_org_id_id_index on sub_org (org_id, id)');
    this.addSql(`
      create table repo (
        id integer not null primary key autoincrement,
        org_id text not null,
        sub_org_id integer null,
        url text not null,
        name text not null,
        status text check (status in ('queued', 'running', 'completed', 'failed')) not null,
        risk_level text check (risk_level in ('low', 'medium', 'high', 'critical')) null,
        risk_score integer null,
        created_at datetime not null,
        updated_at datetime not null,
        constraint repo_org_id_foreign foreign key (org_id) references organization (id),
        constraint repo_sub_org_id_foreign foreign key (sub_org_id) references sub_org (id) on delete restrict
      )
    `);
    this.addSql('create index repo_org_id_id_index on repo (org_id, id)');
    this.addSql('create index repo_sub_org_id_id_index on repo (sub_org_id, id)');
    this.addSql(`
      create table extension (
        id integer not null primary key autoincrement,
        org_id text not null,
        sub_org_id integer null,
        url text null,
        name text not null,
        file_sha256 text null,
        file_size integer null,
        status text check (status in ('queued', 'running', 'completed', 'failed')) not null,
        risk_level text check (risk_level in ('low', 'medium', 'high', 'critical')) null,
        risk_score integer null,
        created_at datetime not null,
        updated_at datetime not null,
        constraint extension_org_id_foreign foreign key (org_id) references organization (id),
        constraint extension_sub_org_id_foreign foreign key (sub_org_id) references sub_org (id) on delete restrict
      )
    `);
    this.addSql('create index extension_org_id_id_index on extension (org_id, id)');
    this.addSql('create index extension_sub_org_id_id_index on extension (sub_org_id, id)');
    this.addSql(`
      create table job (
        id text not null primary key,
        org_id text null,
        sub_org_id integer null,
        repo_id integer null,
        extension_id integer null,
        type text check (type in ('repo_analysis', 'extension_analysis', 'key_import', 'usage_prune')) not null,
        status text check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')) not null,
        progress integer not null default 0,
        total integer null,
        created_by text null,
        input json null,
        result json null,
        error_message text null,
        started_at datetime null,
        completed_at datetime null,
        created_at datetime not null,
        updated_at datetime not null,
        constraint job_org_id_foreign foreign key (org_id) references organization (id),
        constraint job_sub_org_id_foreign foreign key (sub_org_id) references sub_org (id) on delete restrict,
        constraint job_repo_id_foreign foreign key (repo_id) references repo (id) on delete restrict,
        constraint job_extension_id_foreign foreign key (extension_id) references extension (id) on delete restrict
      )
    `);
    this.addSql('create index job_org_id_id_index on job (org_id, id)');
    this.addSql('create index job_repo_id_id_index on job (repo_id, id)');
    this.addSql(`
      create table key_import (
        job_id text not null,
        line integer not null,
        item json not null,
        primary key (job_id, line)
      )
    `);
    this.addSql(`
      create table api_key (
        id text not null primary key,
        dialect text not null,
        environment text check (environment in ('live', 'test')) not null,
        org_id text not null,
        sub_org_id integer null,
        label text not null,
        description text null,
        scopes json null,
        ip_allow_list json null,
        rate_limit json null,
        disabled integer not null default false,
        expires_at datetime null,
        created_by text null,
        service_account_id text null,
        imported integer not null default false,
        created_at datetime not null,
        updated_at datetime not null,
        revoked_at datetime null,
        revoked_reason text null,
        constraint api_key_org_id_foreign foreign key (org_id) references organization (id),
        constraint api_key_sub_org_id_foreign foreign key (sub_org_id) references sub_org (id) on delete restrict,
        constraint api_key_service_account_id_foreign foreign key (service_account_id) references service_account (id) on delete restrict
      )
    `);
    this.addSql('create index api_key_org_id_id_index on api_key (org_id, id)');
    this.addSql('create index api_key_sub_org_id_index on api_key (sub_org_id)');
    this.addSql(`
      create table api_key_secret (
        lookup text not null primary key,
        key_id text not null,
        scheme text not null,
        seal text not null,
        prefix text not null,
        first4 text not null,
        last4 text not null,
        legacy integer not null default false,
        retires_at datetime null,
        created_at datetime not null,
        constraint api_key_secret_key_id_foreign foreign key (key_id) references api_key (id)
      )
    `);
    this.addSql('create index api_key_secret_key_id_index on api_key_secret (key_id)');
    this.addSql('create index api_key_secret_scheme_index on api_key_secret (scheme)');
    this.addSql('create index api_key_secret_legacy_index on api_key_secret (legacy)');
    this.addSql(`
      create table webhook_receipt (
        id text not null primary key,
        received_at datetime not null
      )
    `);
  }
}
