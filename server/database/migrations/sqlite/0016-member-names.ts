import { Migration } from '@mikro-orm/migrations';

/** What a member is called, as Clerk said last, and how that is searched. */
export class MemberNames extends Migration {
  override name = '0016-member-names';

  override up(): void {
    this.addSql('alter table membership add column name text null');
    this.addSql('alter table membership add column name_search text null');
  }
}
