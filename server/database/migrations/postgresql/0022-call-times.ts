import { Migration } from '@mikro-orm/migrations';

/** Finds old calls by the blocks that they lie in, which are in the order of their times. */
export class CallTimes extends Migration {
  override name = '0022-call-times';

  override up(): void {
    this.addSql('create index key_call_created_at_index on key_call using brin (created_at)');
  }
}
