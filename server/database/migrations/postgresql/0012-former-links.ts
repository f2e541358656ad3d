import { Migration } from '@mikro-orm/migrations';

/**
 * What a sub-org was linked to: one that was removed stays unlinked, one whose link Clerk's metadata
 * lost for a moment gets it back. What was removed or unlinked before is not known any more.
 */
export class FormerLinks extends Migration {
  override name = '0012-former-links';

  override up(): void {
    this.addSql('alter table sub_org add column former_clerk_id varchar(255) null');
  }
}
