import { Migration } from '@mikro-orm/migrations';

/**
 * Secrets that a lost history had revoked, and whose keys the restored database lacks: without them an
 * import would give those keys back.
 */
export class RevokedSecrets extends Migration {
  override name = '0017-revoked-secrets';

  override up(): void {
    this.addSql(
      'create table revoked_secret (lookup text primary key, key_id text not null, reason text)',
    );
  }
}
