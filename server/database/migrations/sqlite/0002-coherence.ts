import { Migration } from '@mikro-orm/migrations';

/**
 * Epochs, invalidations and lease holders (see leases/README.md). SQLite has one writer at a time, so
 * each touched row may take an epoch of its own: they commit together and in their order.
 */
export class Coherence extends Migration {
  override name = '0002-coherence';

  override up(): void {
    this.addSql('create table epoch (one integer primary key check (one = 1), n integer not null)');
    this.addSql('insert into epoch (one, n) values (1, 0)');
    this.addSql(`
      create table invalidation (
        epoch integer not null,
        subject text not null,
        primary key (epoch, subject)
      ) without rowid
    `);
    this.addSql(`
      create table holder (
        id text primary key,
        acknowledged integer not null,
        renewals integer not null default 0
      ) without rowid
    `);
    this.#trigger('api_key', 'update', ["'key/' || old.id"]);
    this.#trigger('api_key', 'delete', ["'key/' || old.id"]);
    this.#trigger('api_key_secret', 'insert', [
      "'lookup/' || new.lookup",
      "case when new.legacy then 'imported-keys' else 'lookup/' || new.lookup end",
    ]);
    this.#trigger('api_key_secret', 'update', [
      "'key/' || old.key_id",
      "'lookup/' || old.lookup",
      "'lookup/' || new.lookup",
    ]);
    this.#trigger('api_key_secret', 'delete', ["'key/' || old.key_id", "'lookup/' || old.lookup"]);
    this.#trigger(
      'organization',
      'update',
      ["'organization/' || old.id"],
      '(new.tier, new.name, new.deleted_at) is not (old.tier, old.name, old.deleted_at)',
    );
    this.#trigger('organization', 'delete', ["'organization/' || old.id"]);
    this.#trigger(
      'sub_org',
      'update',
      ["'sub-org/' || old.id"],
      `(new.org_id, new.archived_at, new.removed_at)
        is not (old.org_id, old.archived_at, old.removed_at)`,
    );
    this.#trigger('sub_org', 'delete', ["'sub-org/' || old.id"]);
    const member = (row: string) => [`'member/' || ${row}.clerk_org_id || '/' || ${row}.user_id`];
    this.#trigger('membership', 'insert', member('new'));
    this.#trigger(
      'membership',
      'update',
      [...member('new'), ...member('old')],
      `(new.clerk_org_id, new.user_id, new.role, new.active)
        is not (old.clerk_org_id, old.user_id, old.role, old.active)`,
    );
    this.#trigger('membership', 'delete', member('old'));
    this.#trigger(
      'service_account',
      'update',
      ["'service-account/' || old.id"],
      '(new.id, new.org_id, new.role, new.is_active) is not (old.id, old.org_id, old.role, old.is_active)',
    );
    this.#trigger('service_account', 'delete', ["'service-account/' || old.id"]);
  }

  #trigger(table: string, event: string, subjects: readonly string[], when?: string): void {
    const touches = subjects.map(
      (subject) => `insert or ignore into invalidation select n, ${subject} from epoch;`,
    );
    this.addSql(`
      create trigger touch_${table}_${event} after ${event} on ${table}
      ${when === undefined ? '' : `when ${when}`}
      begin
        update epoch set n = n + 1;
        ${touches.join('\n        ')}
      end
    `);
  }
}
