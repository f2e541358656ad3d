import type { KeyRecord, OwnerRecord, StoredKey, StoredSecret } from '../../core/mod.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import type { Dialect } from './dialect.ts';

/**
 * A key, its secret, and all data that a decision about it reads, as one flat row. Times are Unix
 * milliseconds, flags 0 or 1, lists JSON text, on both databases.
 */
export interface KeyRow {
  readonly lookup: string;
  readonly seal: string;
  readonly prefix: string;
  readonly first4: string;
  readonly last4: string;
  readonly retires_at: number | null;
  readonly id: string;
  readonly dialect: KeyRecord['dialect'];
  readonly environment: KeyRecord['environment'];
  readonly label: string;
  readonly project_id: string | null;
  readonly scopes: string | null;
  readonly ip_allow_list: string | null;
  readonly rate_limit: string | null;
  readonly disabled: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly created_by: string | null;
  readonly service_account_id: string | null;
  readonly imported: number;
  readonly org_id: string;
  readonly org_name: string;
  readonly org_tier: number | null;
  readonly sub_org_id: number | null;
  readonly sub_org_active: number | null;
  readonly member_role: 'admin' | 'member' | null;
  readonly account_role: 'viewer' | 'engineer' | 'admin' | null;
  readonly account_mac: string | null;
}

/** The row's columns in their order: name and expression. */
function columns(dialect: Dialect): Readonly<Record<keyof KeyRow, string>> {
  return {
    lookup: 's.lookup',
    seal: 's.seal',
    prefix: 's.prefix',
    first4: 's.first4',
    last4: 's.last4',
    // Time zero is past by every clock.
    retires_at: `case when s.retired_at is null then ${dialect.milliseconds('s.retires_at')} else 0 end`,
    id: 'k.id',
    dialect: 'k.dialect',
    environment: 'k.environment',
    label: 'k.label',
    project_id: 'k.project_id',
    scopes: dialect.jsonText('k.scopes'),
    ip_allow_list: dialect.jsonText('k.ip_allow_list'),
    rate_limit: dialect.jsonText('k.rate_limit'),
    disabled: dialect.flag('k.disabled'),
    expires_at: dialect.milliseconds('k.expires_at'),
    revoked_at: dialect.milliseconds('k.revoked_at'),
    created_by: 'k.created_by',
    service_account_id: 'k.service_account_id',
    imported: dialect.flag('k.imported'),
    org_id: 'k.org_id',
    org_name: 'o.name',
    org_tier: 'case when o.deleted_at is null then o.tier end',
    sub_org_id: 'k.sub_org_id',
    sub_org_active: dialect.flag(
      '(u.id is not null and u.archived_at is null and u.removed_at is null)',
    ),
    member_role: 'case when m.active then m.role end',
    account_role: 'case when a.is_active then a.role end',
    account_mac: 'a.role_mac',
  };
}

/** Secrets of one key that are compared with a presented one: the newest. */
const mostSecrets = 16;

/** The query of the verification path: a key by the lookup value of a secret. */
export function keyRowQuery(dialect: Dialect, parameter: string): string {
  return `${selection(dialect)} where s.lookup = ${parameter}`;
}

/** The same for keys that name their id: a row for each of the newest secrets. */
export function keyRowsQuery(dialect: Dialect, parameter: string): string {
  return `${selection(dialect)} where s.key_id = ${parameter}
    order by s.created_at desc limit ${mostSecrets}`;
}

function selection(dialect: Dialect): string {
  const selected = Object.entries(columns(dialect)).map(([name, column]) => `${column} as ${name}`);
  return `
    select ${selected.join(',\n      ')}
    from api_key_secret s
      join api_key k on k.id = s.key_id
      join organization o on o.id = k.org_id
      left join sub_org u on u.id = k.sub_org_id and u.org_id = k.org_id
      left join membership m on m.clerk_org_id = k.org_id and m.user_id = k.created_by
      left join service_account a on a.id = k.service_account_id and a.org_id = k.org_id`;
}

const isNumber: Readonly<Record<keyof KeyRow, boolean>> = {
  ...{ lookup: false, seal: false, prefix: false, first4: false, last4: false, retires_at: true },
  ...{ id: false, dialect: false, environment: false, label: false },
  ...{ project_id: false, scopes: false, ip_allow_list: false, rate_limit: false },
  ...{ disabled: true, expires_at: true, revoked_at: true },
  ...{ created_by: false, service_account_id: false, imported: true },
  ...{ org_id: false, org_name: false, org_tier: true, sub_org_id: true, sub_org_active: true },
  ...{ member_role: false, account_role: false, account_mac: false },
};
const names = Object.entries(isNumber);

/** Builds a row from its columns' texts, in order. */
export function keyRowOf(texts: readonly (string | null)[]): KeyRow {
  const row: Record<string, string | number | null> = {};
  for (const [index, [name, number]] of names.entries()) {
    const text = texts[index] ?? null;
    row[name] = number && text !== null ? Number(text) : text;
  }
  // The columns are those of the query, as the contract suite of key stores shows.
  return row as unknown as KeyRow;
}

/** Converts a row into a secret with its key's record. */
export function storedSecret(row: KeyRow, rowMacs: RowMacs): StoredSecret {
  return { ...storedKey(row, rowMacs), lookup: row.lookup };
}

/** Converts a row into the record that core decides on. */
export function storedKey(row: KeyRow, rowMacs: RowMacs): StoredKey {
  return {
    seal: row.seal,
    record: {
      id: row.id,
      dialect: row.dialect,
      environment: row.environment,
      label: row.label,
      preview: `${row.prefix}${row.first4}••••${row.last4}`,
      organization: { id: row.org_id, name: row.org_name, tier: row.org_tier },
      subOrg:
        row.sub_org_id === null ? null : { id: row.sub_org_id, active: row.sub_org_active === 1 },
      owner: owner(row, rowMacs),
      projectId: row.project_id,
      scopes: row.scopes === null ? null : JSON.parse(row.scopes),
      ipAllowList: row.ip_allow_list === null ? null : JSON.parse(row.ip_allow_list),
      rateLimit: row.rate_limit === null ? null : JSON.parse(row.rate_limit),
      disabled: row.disabled === 1,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      secretExpiresAt: row.retires_at,
    },
  };
}

function owner(row: KeyRow, rowMacs: RowMacs): OwnerRecord {
  const { service_account_id: id, org_id: orgId, account_role: role, account_mac: mac } = row;
  if (id !== null) {
    const isGiven =
      role !== null && rowMacs.verify('service-account', [id, orgId, role], mac, orgId);
    return { kind: 'service-account', id, role: isGiven ? role : 'none' };
  }
  if (row.created_by !== null) {
    const role =
      row.member_role === 'admin' ? 'admin' : row.member_role === null ? 'none' : 'viewer';
    return { kind: 'member', id: row.created_by, role };
  }
  return { kind: 'organization', id: row.org_id, role: row.imported === 1 ? 'admin' : 'none' };
}
