import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { fixedKey } from '../../../server/crypto/keyring.ts';
import { createRowMacs, type ForgedRow } from '../../../server/crypto/row-macs.ts';
import { onEachDatabase } from '../../support/databases.ts';
import { testKeyring, testRowMacs } from '../../support/keyring.ts';

const one = new Uint8Array(32).fill(1);
const two = new Uint8Array(32).fill(2);

function reporting(current: Uint8Array, ...others: Uint8Array[]) {
  const forged: ForgedRow[] = [];
  return { forged, macs: createRowMacs(fixedKey(current, ...others), (row) => forged.push(row)) };
}

test('RowMacs.verify() accepts what was made under either secret, and reports everything else', () => {
  const { macs, forged } = reporting(two, one);
  const old = reporting(one).macs;
  const fields = ['sa_1', 'org_1', 'viewer'] as const;
  for (const mac of [macs.make('service-account', fields), old.make('service-account', fields)]) {
    expect(macs.verify('service-account', fields, mac, 'org_1')).toBe(true);
  }
  expect(forged).toEqual([]);
  const mac = macs.make('service-account', fields);
  const wrong: [readonly [string, string, string], string | null][] = [
    [['sa_1', 'org_1', 'admin'], mac],
    [['sa_1', 'org_2', 'viewer'], mac],
    [['sa_2', 'org_1', 'viewer'], mac],
    [['sa_1', 'org_1viewer', ''], mac],
    [fields, mac.slice(0, -1)],
    [fields, ''],
    [fields, null],
    [fields, reporting(new Uint8Array(32)).macs.make('service-account', fields)],
  ];
  for (const [of, given] of wrong) {
    expect(macs.verify('service-account', of, given, of[1])).toBe(false);
    expect(forged.pop()).toEqual({ kind: 'service-account', id: of[0], orgId: of[1] });
  }
});

test('RowMacs.make() tells kinds apart that have the same fields', () => {
  const { macs } = reporting(one);
  const link = macs.make('sub-org-link', [1, 'org', 'clerk']);
  expect(macs.verify('key-import', ['1', 1, 'x'], link, null)).toBe(false);
  expect(macs.verify('sub-org-link', [1, 'org', 'clerk'], link, 'org')).toBe(true);
});

onEachDatabase((place) => {
  test('the migration takes over the rows that were there, and no row that comes later', async () => {
    await using where = await place();
    await using database = await openAuditedDatabase(where.url, { keyring: testKeyring });
    const em = database.read();
    const at = new Date(0);
    await em.execute(
      "insert into organization (id, name, tier, as_of, created_at, updated_at) values ('o', 'O', 3, ?, ?, ?)",
      [at, at, at],
    );
    const account = (id: string) =>
      em.execute(
        `insert into service_account (id, org_id, name, slug, role, created_at, updated_at)
         values (?, 'o', 'CI', ?, 'admin', ?, ?)`,
        [id, id, at, at],
      );
    await account('sa_old');
    const macs = () =>
      em.execute<{ id: string; role_mac: string | null }[]>(
        'select id, role_mac from service_account order by id',
      );

    // As if the migration had not run: a row alone does not make it run again.
    await em.execute("delete from mikro_orm_migrations where name = '0009-row-macs'");
    await expect(database.migrate()).rejects.toThrow('0009-row-macs has run');
    expect(await macs()).toEqual([{ id: 'sa_old', role_mac: null }]);

    const isSqlite = database.kind === 'sqlite';
    await em.execute(
      isSqlite
        ? 'drop trigger touch_service_account_mac'
        : 'drop function touch_service_account_mac cascade',
    );
    for (const [table, column] of [
      ['sub_org', 'link_mac'],
      ['service_account', 'role_mac'],
      ['job', 'mac'],
      ['key_import', 'mac'],
      ['webhook_delivery', 'mac'],
    ]) {
      await em.execute(`alter table ${table} drop column ${column}`);
    }
    await expect(database.migrate()).rejects.toThrow('0009-row-macs has run');

    // As it was before the migrations that came later.
    await em.execute('drop index api_key_by_lineage');
    await em.execute('alter table api_key drop column lineage');
    await em.execute('alter table api_key drop column project_id');
    await em.execute('alter table api_key_secret drop column last6');
    const columns = ['creation', 'label', 'expiry', 'environment', 'owner', 'end', 'revocation'];
    for (const name of [...columns, 'disabling']) {
      await em.execute(`drop index api_key_by_${name}`);
    }
    if (!isSqlite) await em.execute('drop index api_key_by_authority');
    await em.execute('drop index api_key_secret_in_grace');
    for (const name of ['action', 'target', 'time', 'actor']) {
      await em.execute(`drop index audit_event_by_${name}`);
    }
    const orders = ['order_key', 'order_key_by_use', 'order_key_without_use', 'order_key_no_more'];
    for (const name of isSqlite ? [...orders, 'order_key_by_later_use'] : orders) {
      await em.execute(isSqlite ? `drop trigger ${name}` : `drop function ${name} cascade`);
    }
    await em.execute('drop table key_order');
    await em.execute('drop table secret_in_use');
    await em.execute('drop table former_secret');
    await em.execute('alter table holder drop column secrets');
    await em.execute('alter table sub_org drop column former_clerk_id');
    await em.execute('drop index audit_event_target_index');
    await em.execute('drop table revoked_secret');
    await em.execute('alter table membership drop column name');
    await em.execute('alter table membership drop column name_search');
    await em.execute('drop table webhook_attempt');
    await em.execute('drop table webhook_health');
    await em.execute('drop table idempotent_answer');
    for (const table of ['anthropic_key', 'anthropic_use', 'upload_piece']) {
      await em.execute(`drop table ${table}`);
    }
    await em.execute('drop index job_extension_id_id_index');
    await em.execute('alter table job drop column failed_for');
    for (const table of ['repo', 'extension']) {
      await em.execute(`drop index ${table}_org_id_identity_index`);
      await em.execute(`alter table ${table} drop column identity`);
    }
    for (const table of ['repo', 'extension', 'job']) {
      await em.execute(`alter table ${table} drop column environment`);
    }
    for (const event of ['insert', 'update', 'delete']) {
      const name = `count_live_keys_on_${event}`;
      await em.execute(isSqlite ? `drop trigger ${name}` : `drop function ${name} cascade`);
    }
    await em.execute('drop table live_key_count');
    if (!isSqlite) {
      await em.execute('drop table live_key_change');
      await em.execute('drop index key_call_created_at_index');
    }
    await em.execute('drop table key_client_use');
    await em.execute('drop table key_refusal');
    await em.execute('drop table key_refused_secret');
    if (isSqlite) await em.execute('drop table key_search_index');
    await em.execute('drop table key_search');
    await em.execute('drop index api_key_secret_first4_index');
    await em.execute('drop index api_key_secret_last4_index');
    if (!isSqlite) {
      await em.execute('drop function touch_secret_in_use cascade');
      await em.execute('drop table timeline');
      await em.execute('drop function present_timeline');
    }
    await em.execute("delete from mikro_orm_migrations where name >= '0009'");
    await database.migrate();
    await account('sa_new');
    const mac = testRowMacs.make('service-account', ['sa_old', 'o', 'admin']);
    expect(await macs()).toEqual([
      { id: 'sa_new', role_mac: null },
      { id: 'sa_old', role_mac: mac },
    ]);
  });
});
