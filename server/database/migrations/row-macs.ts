import { Migration } from '@mikro-orm/migrations';
import { canonicalJson } from '../../crypto/canonical-json.ts';
import type { RowMacs } from '../../crypto/row-macs.ts';

type MigrationClass = new (...parameters: ConstructorParameters<typeof Migration>) => Migration;

/**
 * MACs of rows that give something, on both databases. What is there is taken over as it is, this
 * once: later, a row without a MAC is one that the server did not write.
 */
export function rowMacsMigration(
  rowMacs: RowMacs,
  /** The statements that differ between the databases. */
  own: {
    /** A row where a later migration has run: then rows are no longer taken over. */
    readonly isLater: string;
    /** Tells of a service account whose MAC changed, which its keys' decisions read. */
    readonly triggers: readonly string[];
  },
): MigrationClass {
  return class extends Migration {
    override name = '0009-row-macs';

    override async up(): Promise<void> {
      if ((await this.execute(own.isLater)).length > 0) {
        throw new Error('0009-row-macs has run: it takes rows over once');
      }
      for (const [table, column] of columns) {
        await this.execute(`alter table ${table} add column ${column} text null`);
      }
      await adoptRows(rowMacs, (sql, values) => this.execute(sql, values));
      for (const sql of own.triggers) await this.execute(sql);
    }
  };
}

const columns = [
  ['sub_org', 'link_mac'],
  ['service_account', 'role_mac'],
  ['job', 'mac'],
  ['key_import', 'mac'],
  ['webhook_delivery', 'mac'],
] as const;

type Execute = (sql: string, values?: unknown[]) => Promise<unknown>;

/** Lines of an import get none: an import that is under way has to be asked for once more. */
async function adoptRows(rowMacs: RowMacs, execute: Execute): Promise<void> {
  const rows = async <Row>(sql: string) => (await execute(sql)) as Row[];
  for (const { id, org_id, clerk_id } of await rows<Link>(
    'select id, org_id, clerk_id from sub_org where clerk_id is not null',
  )) {
    const mac = rowMacs.make('sub-org-link', [id, org_id, clerk_id]);
    await execute('update sub_org set link_mac = ? where id = ?', [mac, id]);
  }
  for (const { id, org_id, role } of await rows<Account>(
    'select id, org_id, role from service_account',
  )) {
    const mac = rowMacs.make('service-account', [id, org_id, role]);
    await execute('update service_account set role_mac = ? where id = ?', [mac, id]);
  }
  for (const job of await rows<JobRow>(
    `select id, type, org_id, sub_org_id, repo_id, extension_id, created_by, input
     from job where completed_at is null`,
  )) {
    const mac = rowMacs.make('job', [
      ...([job.id, job.type, job.org_id, job.sub_org_id] as const),
      ...([job.repo_id, job.extension_id, job.created_by] as const),
      canonicalJson(typeof job.input === 'string' ? JSON.parse(job.input) : job.input),
    ]);
    await execute('update job set mac = ? where id = ?', [mac, job.id]);
  }
  for (const each of await rows<Delivery>(
    `select d.id, w.org_id, d.webhook_id, d.event_id, d.type, d.key_id, d.payload
     from webhook_delivery d join webhook w on w.id = d.webhook_id`,
  )) {
    const mac = rowMacs.make('delivery', [
      ...([each.id, each.org_id, each.webhook_id] as const),
      ...([each.event_id, each.type, each.key_id, each.payload] as const),
    ]);
    await execute('update webhook_delivery set mac = ? where id = ?', [mac, each.id]);
  }
}

interface Link {
  readonly id: number;
  readonly org_id: string;
  readonly clerk_id: string;
}

interface Account {
  readonly id: string;
  readonly org_id: string;
  readonly role: string;
}

interface JobRow {
  readonly id: string;
  readonly type: string;
  readonly org_id: string | null;
  readonly sub_org_id: number | null;
  readonly repo_id: number | null;
  readonly extension_id: number | null;
  readonly created_by: string | null;
  readonly input: unknown;
}

interface Delivery {
  readonly id: string;
  readonly org_id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly type: string;
  readonly key_id: string;
  readonly payload: string;
}
