import { Migration } from '@mikro-orm/migrations';

const placed = (time: string, missing: string) =>
  `case when ${time} > '9999-12-31T23:59:59.999Z' then 'infinity'
    when ${time} < '0001-01-01T00:00:00Z' then '-infinity' else coalesce(${time}, '${missing}') end`;

/**
 * Indexes for the orders and filters of key lists. The last use of a key is in another table: a
 * third one, written by triggers, has the order by it.
 */
export class ListOrders extends Migration {
  override name = '0027-list-orders';

  override up(): void {
    const index = (name: string, columns: string) =>
      this.addSql(`create index api_key_by_${name} on api_key (org_id, ${columns}`);
    index('creation', `(${placed('created_at', '-infinity')}), id)`);
    index('label', '(lower(label)), id)');
    index('expiry', `(${placed('expires_at', 'infinity')}), id)`);
    index('environment', 'environment, id)');
    index('owner', '(coalesce(service_account_id, created_by)), id)');
    index('end', 'expires_at, id) where revoked_at is null');
    index('revocation', 'revoked_at, id) where revoked_at is not null');
    index('disabling', 'id) where disabled');
    this.addSql(
      'create index api_key_secret_in_grace on api_key_secret (retires_at) where retires_at is not null and retired_at is null',
    );
    this.addSql(`
      create table key_order (
        key_id varchar(255) not null primary key,
        org_id varchar(255) not null,
        last_used_at timestamptz(3) not null
      )
    `);
    const place = (time: string) => placed(time, '-infinity');
    this.addSql(`
      insert into key_order
        select k.id, k.org_id, ${place('u.last_used_at')}
        from api_key k left join key_use u on u.key_id = k.id
    `);
    this.addSql('create index key_order_by_use on key_order (org_id, last_used_at, key_id)');
    // A verifier that may write a use may not write its order itself.
    const trigger = (name: string, event: string, table: string, body: string) => {
      this.addSql(`
        create function ${name}() returns trigger language plpgsql security definer
        set search_path from current as $$ begin ${body} return null; end $$
      `);
      this.addSql(`
        create trigger ${name} after ${event} on ${table} for each row execute function ${name}()
      `);
    };
    trigger(
      ...(['order_key', 'insert', 'api_key'] as const),
      `insert into key_order
         select new.id, new.org_id,
           ${place('(select last_used_at from key_use where key_id = new.id)')}
         on conflict do nothing;`,
    );
    trigger(
      ...(['order_key_by_use', 'insert or update of last_used_at', 'key_use'] as const),
      `update key_order set last_used_at = ${place('new.last_used_at')} where key_id = new.key_id;`,
    );
    trigger(
      ...(['order_key_without_use', 'delete', 'key_use'] as const),
      "update key_order set last_used_at = '-infinity' where key_id = old.key_id;",
    );
    trigger(
      ...(['order_key_no_more', 'delete', 'api_key'] as const),
      'delete from key_order where key_id = old.id;',
    );
    this.auditLog();
  }

  private auditLog(): void {
    const index = (name: string, columns: string) =>
      this.addSql(`create index audit_event_by_${name} on audit_event (org_id, ${columns}, seq)`);
    index('action', 'action');
    index('target', 'target');
    index('time', 'at');
    index('actor', "(split_part(actor, ' (by user:', 1))");
  }
}
