import { Migration } from '@mikro-orm/migrations';

/**
 * Epochs, invalidations and lease holders (see leases/README.md). The triggers are deferred to the
 * commit, so the epoch's row is always the last lock a transaction takes: none can deadlock over it,
 * and epochs commit in their order.
 */
export class Coherence extends Migration {
  override name = '0002-coherence';

  override up(): void {
    this.addSql(`
      create table epoch (
        one boolean primary key default true check (one),
        n bigint not null
      )
    `);
    this.addSql('insert into epoch (n) values (0)');
    this.addSql(`
      create table invalidation (
        epoch bigint not null,
        subject text not null,
        primary key (epoch, subject)
      )
    `);
    this.addSql(`
      create table holder (
        id text primary key,
        acknowledged bigint not null,
        renewals bigint not null default 0
      )
    `);
    this.addSql(`
      create function touch(subject text) returns void language plpgsql as $$
      declare
        mine bigint := nullif(current_setting('reporisk.epoch', true), '')::bigint;
      begin
        if mine is null then
          update epoch set n = n + 1 returning n into mine;
          perform set_config('reporisk.epoch', mine::text, true);
        end if;
        insert into invalidation values (mine, subject) on conflict do nothing;
      end $$
    `);
    // Queued by the first touch, so it runs after all of them, and tells of the whole epoch. Where
    // constraints were set immediate, it runs before the first is written, and tells only that there
    // is something; or between two, and then the second is of another epoch.
    this.addSql(`
      create function announce_epoch() returns trigger language plpgsql as $$
      declare
        touched text[] := array(select subject from invalidation where epoch = new.n);
        news text := json_build_object('epoch', new.n, 'subjects', touched)::text;
      begin
        perform set_config('reporisk.epoch', '', true);
        -- The longest that an announcement can be is 7,999 bytes.
        if touched = '{}' or octet_length(news) > 7999 then news := ''; end if;
        perform pg_notify('reporisk_epoch', news);
        return null;
      end $$
    `);
    this.addSql(`
      create constraint trigger announce after update on epoch
      deferrable initially deferred for each row execute function announce_epoch()
    `);
    this.addSql(`
      create function refuse_truncate() returns trigger language plpgsql as $$
      begin
        raise exception 'truncate tells nobody what it took away: use delete';
      end $$
    `);
    this.#trigger('api_key', 'update or delete', "perform touch('key/' || old.id);");
    this.#trigger(
      'api_key_secret',
      'insert or update or delete',
      `if tg_op <> 'DELETE' then
         perform touch('lookup/' || new.lookup);
         if new.legacy then perform touch('imported-keys'); end if;
       end if;
       if tg_op <> 'INSERT' then
         perform touch('key/' || old.key_id);
         perform touch('lookup/' || old.lookup);
       end if;`,
    );
    this.#trigger(
      'organization',
      'update or delete',
      `if tg_op = 'DELETE'
         or (new.tier, new.name, new.deleted_at) is distinct from (old.tier, old.name, old.deleted_at)
       then perform touch('organization/' || old.id); end if;`,
    );
    this.#trigger(
      'sub_org',
      'update or delete',
      `if tg_op = 'DELETE' or (new.org_id, new.archived_at, new.removed_at)
         is distinct from (old.org_id, old.archived_at, old.removed_at)
       then perform touch('sub-org/' || old.id); end if;`,
    );
    this.#trigger(
      'membership',
      'insert or update or delete',
      `if tg_op <> 'UPDATE' or (new.clerk_org_id, new.user_id, new.role, new.active)
         is distinct from (old.clerk_org_id, old.user_id, old.role, old.active)
       then
         if tg_op <> 'DELETE' then
           perform touch('member/' || new.clerk_org_id || '/' || new.user_id);
         end if;
         if tg_op <> 'INSERT' then
           perform touch('member/' || old.clerk_org_id || '/' || old.user_id);
         end if;
       end if;`,
    );
    this.#trigger(
      'service_account',
      'update or delete',
      `if tg_op = 'DELETE' or (new.id, new.org_id, new.role, new.is_active)
         is distinct from (old.id, old.org_id, old.role, old.is_active)
       then perform touch('service-account/' || old.id); end if;`,
    );
  }

  #trigger(table: string, events: string, body: string): void {
    this.addSql(`
      create function touch_${table}() returns trigger language plpgsql as $$
      begin
        ${body}
        return null;
      end $$
    `);
    this.addSql(`
      create constraint trigger touch after ${events} on ${table}
      deferrable initially deferred for each row execute function touch_${table}()
    `);
    this.addSql(`
      create trigger no_truncate before truncate on ${table} execute function refuse_truncate()
    `);
  }
}
