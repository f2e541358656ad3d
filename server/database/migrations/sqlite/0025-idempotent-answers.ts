import { Migration } from '@mikro-orm/migrations';

/** What submissions with an `Idempotency-Key` were answered, for a day. */
export class IdempotentAnswers extends Migration {
  override name = '0025-idempotent-answers';

  override up(): void {
    this.addSql(`
      create table idempotent_answer (
        id text not null primary key,
        org_id text not null,
        request text not null,
        answer text not null,
        created_at datetime not null,
        mac text not null
      )
    `);
    this.addSql(
      'create index idempotent_answer_created_at_index on idempotent_answer (created_at)',
    );
  }
}
