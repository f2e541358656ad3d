import { Migration } from '@mikro-orm/migrations';
import { coherenceTriggers, type DecisionTable } from './coherence-triggers.ts';

/** What decisions read: every table of `key-row.ts`. */
const tables: readonly DecisionTable[] = [
  {
    table: 'api_key',
    subjects: (row) => [`'key/' || ${row}.id`],
    uniques: [['id']],
    // A key without a secret is found by no lookup.
    insertCounts: false,
  },
  {
    table: 'api_key_secret',
    subjects: (row) => [`'key/' || ${row}.key_id`, `'lookup/' || ${row}.lookup`],
    created: (row) => [
      `case when ${row}.legacy then 'imported-keys' else 'lookup/' || ${row}.lookup end`,
    ],
    uniques: [['lookup']],
  },
  {
    table: 'organization',
    subjects: (row) => [`'organization/' || ${row}.id`],
    uniques: [['id']],
    decides: ['id', 'tier', 'name', 'deleted_at'],
  },
  {
    table: 'sub_org',
    subjects: (row) => [`'sub-org/' || ${row}.id`],
    uniques: [['id'], ['clerk_id']],
    decides: ['id', 'org_id', 'archived_at', 'removed_at'],
  },
  {
    table: 'membership',
    subjects: (row) => [`'member/' || ${row}.clerk_org_id || '/' || ${row}.user_id`],
    uniques: [['clerk_org_id', 'user_id']],
    decides: ['clerk_org_id', 'user_id', 'role', 'active'],
  },
  {
    table: 'service_account',
    subjects: (row) => [`'service-account/' || ${row}.id`],
    uniques: [['id'], ['org_id', 'slug']],
    decides: ['id', 'org_id', 'role', 'is_active'],
  },
];

/**
 * Invalidates what REPLACE takes away; gives each holder the random mark of its last renewal in place
 * of a count; and records restores of the database (see leases/README.md).
 */
export class LostHistory extends Migration {
  override name = '0007-lost-history';

  override up(): void {
    for (const table of tables) {
      for (const statement of coherenceTriggers(table)) this.addSql(statement);
    }
    this.addSql('delete from holder');
    this.addSql('alter table holder drop column renewals');
    this.addSql("alter table holder add column mark text not null default ''");
    this.addSql(`
      create table restoration (
        id text primary key,
        accepted integer not null
      ) without rowid
    `);
  }
}
