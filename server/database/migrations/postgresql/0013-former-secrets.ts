import { Migration } from '@mikro-orm/migrations';

/**
 * Peppers of secrets that are gone, encrypted under the present one. Nothing is verified under them:
 * they only tell that a hash is known, so that no import gives a revoked key back. The index
 * finds what was recorded of a target.
 */
export class FormerSecrets extends Migration {
  override name = '0013-former-secrets';

  override up(): void {
    this.addSql('create table former_secret (name text primary key, pepper text not null)');
    this.addSql('create index audit_event_target_index on audit_event (target)');
  }
}
