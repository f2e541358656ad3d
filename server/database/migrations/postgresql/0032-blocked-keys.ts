import { Migration } from '@mikro-orm/migrations';

/**
 * An index for the keys of owners with less authority: an owner's working keys, those that may write
 * apart from those that only read.
 */
export class BlockedKeys extends Migration {
  override name = '0032-blocked-keys';

  override up(): void {
    this.addSql(`
      create index api_key_by_authority on api_key (
        org_id, (coalesce(service_account_id, created_by)),
        (scopes is null or replace(cast(scopes as text), ':read"', '') like '%:%'), id
      ) where revoked_at is null and not disabled
    `);
  }
}
