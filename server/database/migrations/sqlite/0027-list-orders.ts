import { Migration } from '@mikro-orm/migrations';

/** Milliseconds before and after every time that can be shown: the first and the last place. */
const [before, after] = [-62_135_596_800_001, 253_402_300_800_000];

const within = (time: string) => `max(min(${time}, ${after}), ${before})`;
const placed = (time: string, missing: number) =>
  `case when ${time} is null then ${missing} else ${within(time)} end`;

/**
 * Indexes for the orders and filters of key lists. The last use of a key is in another table: a
 * third one, written by triggers, has the order by it.
 */
export class ListOrders extends Migration {
  override name = '0027-list-orders';

  override up(): void {
    const index = (name: string, columns: string) =>
      this.addSql(`create index api_key_by_${name} on api_key (org_id, ${columns}`);
    index('creation', `(${placed('created_at', before)}), id)`);
    index('label', '(lower(label)), id)');
    index('expiry', `(${placed('expires_at', after)}), id)`);
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
        key_id text not null primary key,
        org_id text not null,
        last_used_at datetime not null
      )
    `);
    const place = (time: string) => placed(time, before);
    this.addSql(`
      insert into key_order
        select k.id, k.org_id, ${place('u.last_used_at')}
        from api_key k left join key_use u on u.key_id = k.id
    `);
    this.addSql('create index key_order_by_use on key_order (org_id, last_used_at, key_id)');
    // A conflict clause here would be replaced by that of the statement which fires the trigger.
    this.addSql(`
      create trigger order_key after insert on api_key
      begin
        insert into key_order
          select new.id, new.org_id,
            ${place('(select last_used_at from key_use where key_id = new.id)')}
          where not exists (select 1 from key_order where key_id = new.id);
      end
    `);
    this.addSql(`
      create trigger order_key_by_use after insert on key_use
      begin
        update key_order set last_used_at = ${place('new.last_used_at')} where key_id = new.key_id;
      end
    `);
    this.addSql(`
      create trigger order_key_by_later_use after update of last_used_at on key_use
      when new.last_used_at is not old.last_used_at
      begin
        update key_order set last_used_at = ${place('new.last_used_at')} where key_id = new.key_id;
      end
    `);
    this.addSql(`
      create trigger order_key_without_use after delete on key_use
      begin
        update key_order set last_used_at = ${before} where key_id = old.key_id;
      end
    `);
    this.addSql(`
      create trigger order_key_no_more after delete on api_key
      begin
        delete from key_order where key_id = old.id;
      end
    `);
    this.auditLog();
  }

  private auditLog(): void {
    const index = (name: string, columns: string) =>
      this.addSql(`create index audit_event_by_${name} on audit_event (org_id, ${columns}, seq)`);
    index('action', 'action');
    index('target', 'target');
    index('time', 'at');
    index('actor', "(substr(actor, 1, instr(actor || ' (by user:', ' (by user:') - 1))");
  }
}
