import { Migration } from '@mikro-orm/migrations';

/** The tables of keys, their owners, what they reach, and the audit trail. */
export class Initial extends Migration {
  override name = '0001-initial';

  override up(): void {
    this.addSql(`
      create table audit_event (
        id varchar(255) not null,
        org_id varchar(255) null,
        at timestamptz(3) not null,
        actor text not null,
        action varchar(255) not null,
        target text null,
        changes jsonb null,
        ip_address varchar(255) null,
        request_id varchar(255) null,
        primary key (id)
      )
    `);
    this.addSql('create index audit_event_org_id_id_index on audit_event (org_id, id)');
    this.addSql(`
      create table deleted_user (
        user_id varchar(255) not null,
        deleted_at timestamptz(3) not null,
        primary key (user_id)
      )
    `);
    this.addSql(`
      create table key_use (
        key_id varchar(255) not null,
        last_used_at timestamptz(3) not null,
        primary key (key_id)
      )
    `);
    this.addSql(`
      create table membership (
        clerk_org_id varchar(255) not null,
        user_id varchar(255) not null,
        role text not null,
        active boolean not null,
        as_of timestamptz(3) not null,
        primary key (clerk_org_id, user_id)
      )
    `);
    this.addSql('create index membership_user_id_index on membership (user_id)');
    this.addSql(
      "alter table membership add constraint membership_role_check check (role in ('admin', 'member'))",
    );
    this.addSql(`
      create table organization (
        id varchar(255) not null,
        name text not null,
        tier int null,
        tier_pinned boolean not null default false,
        clerk_tier int null,
        is_demo boolean not null default false,
        as_of timestamptz(3) not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        deleted_at timestamptz(3) null,
        primary key (id)
      )
    `);
    this.addSql(`
      create table service_account (
        id varchar(255) not null,
        org_id varchar(255) not null,
        name text not null,
        slug varchar(255) not null,
        description text null,
        role text not null,
        is_active boolean not null default true,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        primary key (id)
      )
    `);
    this.addSql(
      'alter table service_account add constraint service_account_org_id_slug_unique unique (org_id, slug)',
    );
    this.addSql(
      "alter table service_account add constraint service_account_role_check check (role in ('viewer', 'engineer', 'admin'))",
    );
    this.addSql(`
      create table sub_org (
        id serial primary key,
        org_id varchar(255) not null,
        name text not null,
        clerk_id varchar(255) null,
        archived_at timestamptz(3) null,
        removed_at timestamptz(3) null,
        as_of timestamptz(3) null,
        created_at timestamptz(3) not null
      )
    `);
    this.addSql('alter table sub_org add constraint sub_org_clerk_id_unique unique (clerk_id)');
    this.addSql('create index sub_org_org_id_id_index on sub_org (org_id, id)');
    this.addSql(`
      create table repo (
        id serial primary key,
        org_id varchar(255) not null,
        sub_org_id int null,
        url text not null,
        name text not null,
        status text not null,
        risk_level text null,
        risk_score int null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null
      )
    `);
    this.addSql('create index repo_org_id_id_index on repo (org_id, id)');
    this.addSql('create index repo_sub_org_id_id_index on repo (sub_org_id, id)');
    this.addSql(
      "alter table repo add constraint repo_status_check check (status in ('queued', 'running', 'completed', 'failed'))",
    );
    this.addSql(
      "alter table repo add constraint repo_risk_level_check check (risk_level in ('low', 'medium', 'high', 'critical'))",
    );
    this.addSql(`
      create table extension (
        id serial primary key,
        org_id varchar(255) not null,
        sub_org_id int null,
        url text null,
        name text not null,
        file_sha256 varchar(255) null,
        file_size int null,
        status text not null,
        risk_level text null,
        risk_score int null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null
      )
    `);
    this.addSql('create index extension_org_id_id_index on extension (org_id, id)');
    this.addSql('create index extension_sub_org_id_id_index on extension (sub_org_id, id)');
    this.addSql(
      "alter table extension add constraint extension_status_check check (status in ('queued', 'running', 'completed', 'failed'))",
    );
    this.addSql(
      "alter table extension add constraint extension_risk_level_check check (risk_level in ('low', 'medium', 'high', 'critical'))",
    );
    this.addSql(`
      create table job (
        id varchar(255) not null,
        org_id varchar(255) null,
        sub_org_id int null,
        repo_id int null,
        extension_id int null,
        type text not null,
        status text not null,
        progress int not null default 0,
        total int null,
        created_by varchar(255) null,
        input jsonb null,
        result jsonb null,
        error_message text null,
        started_at timestamptz(3) null,
        completed_at timestamptz(3) null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        primary key (id)
      )
    `);
    this.addSql('create index job_org_id_id_index on job (org_id, id)');
    this.addSql('create index job_repo_id_id_index on job (repo_id, id)');
    this.addSql(`
      create table key_import (
        job_id varchar(255) not null,
        line int not null,
        item jsonb not null,
        primary key (job_id, line)
      )
    `);
    this.addSql(
      "alter table job add constraint job_type_check check (type in ('repo_analysis', 'extension_analysis', 'key_import', 'usage_prune'))",
    );
    this.addSql(
      "alter table job add constraint job_status_check check (status in ('queued', 'running', 'completed', 'failed', 'cancelled'))",
    );
    this.addSql(`
      create table api_key (
        id varchar(255) not null,
        dialect varchar(255) not null,
        environment text not null,
        org_id varchar(255) not null,
        sub_org_id int null,
        label text not null,
        description text null,
        scopes jsonb null,
        ip_allow_list jsonb null,
        rate_limit jsonb null,
        disabled boolean not null default false,
        expires_at timestamptz(3) null,
        created_by varchar(255) null,
        service_account_id varchar(255) null,
        imported boolean not null default false,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        revoked_at timestamptz(3) null,
        revoked_reason text null,
        primary key (id)
      )
    `);
    this.addSql('create index api_key_org_id_id_index on api_key (org_id, id)');
    this.addSql('create index api_key_sub_org_id_index on api_key (sub_org_id)');
    this.addSql(
      "alter table api_key add constraint api_key_environment_check check (environment in ('live', 'test'))",
    );
    this.addSql(`
      create table api_key_secret (
        lookup varchar(255) not null,
        key_id varchar(255) not null,
        scheme varchar(255) not null,
        seal varchar(255) not null,
        prefix varchar(255) not null,
        first4 varchar(255) not null,
        last4 varchar(255) not null,
        legacy boolean not null default false,
        retires_at timestamptz(3) null,
        created_at timestamptz(3) not null,
        primary key (lookup)
      )
    `);
    this.addSql('create index api_key_secret_key_id_index on api_key_secret (key_id)');
    this.addSql('create index api_key_secret_scheme_index on api_key_secret (scheme)');
    this.addSql('create index api_key_secret_legacy_index on api_key_secret (legacy)');
    this.addSql(`
      create table webhook_receipt (
        id varchar(255) not null,
        received_at timestamptz(3) not null,
        primary key (id)
      )
    `);
    this.addSql(
      'alter table service_account add constraint service_account_org_id_foreign foreign key (org_id) references organization (id)',
    );
    this.addSql(
      'alter table sub_org add constraint sub_org_org_id_foreign foreign key (org_id) references organization (id)',
    );
    this.addSql(
      'alter table repo add constraint repo_org_id_foreign foreign key (org_id) references organization (id)',
    );
    this.addSql(
      'alter table repo add constraint repo_sub_org_id_foreign foreign key (sub_org_id) references sub_org (id) on delete restrict',
    );
    this.addSql(
      'alter table extension add constraint extension_org_id_foreign foreign key (org_id) references organization (id)',
    );
    this.addSql(
      'alter table extension add constraint extension_sub_org_id_foreign foreign key (sub_org_id) references sub_org (id) on delete restrict',
    );
    this.addSql(
      'alter table job add constraint job_org_id_foreign foreign key (org_id) references organization (id)',
    );
    this.addSql(
      'alter table job add constraint job_sub_org_id_foreign foreign key (sub_org_id) references sub_org (id) on delete restrict',
    );
    this.addSql(
      'alter table job add constraint job_repo_id_foreign foreign key (repo_id) references repo (id) on delete restrict',
    );
    this.addSql(
      'alter table job add constraint job_extension_id_foreign foreign key (extension_id) references extension (id) on delete restrict',
    );
    this.addSql(
      'alter table api_key add constraint api_key_org_id_foreign foreign key (org_id) references organization (id)',
    );
    this.addSql(
      'alter table api_key add constraint api_key_sub_org_id_foreign foreign key (sub_org_id) references sub_org (id) on delete restrict',
    );
    this.addSql(
      'alter table api_key add constraint api_key_service_account_id_foreign foreign key (service_account_id) references service_account (id) on delete restrict',
    );
    this.addSql(
      'alter table api_key_secret add constraint api_key_secret_key_id_foreign foreign key (key_id) references api_key (id)',
    );
  }
}
