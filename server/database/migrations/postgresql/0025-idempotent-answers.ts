import { Migration } from '@mikro-orm/migrations';

/** What submissions with an `Idempotency-Key` were answered, for a day. */
export class IdempotentAnswers extends Migration {
  override name = '0025-idempotent-answers';

  override up(): void {
    this.addSql(`
      create table idempotent_answer (
        id varchar(255) not null,
        org_id varchar(255) not null,
        request varchar(255) not null,
        answer text not null,
        created_at timestamptz(3) not null,
        mac text not null,
        primary key (id)
      )
    `);
    this.addSql(
      'create index idempotent_answer_created_at_index on idempotent_answer (created_at)',
    );
  }
}
