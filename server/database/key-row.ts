import type { KeyRecord, OwnerRecord, StoredKey } from '../../core/mod.ts';

/**
 * A key, its secret, and everything that a decision about it reads, as one flat row. Times are Unix
 * milliseconds, flags 0 or 1, lists JSON text, on both databases.
 */
export interface KeyRow {
  readonly seal: string;
  readonly prefix: string;
  readonly first4: string;
  readonly last4: string;
  readonly retires_at: number | null;
  readonly id: string;
  readonly dialect: KeyRecord['dialect'];
  readonly environment: KeyRecord['environment'];
  readonly label: string;
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
}

/**
 * The one query of the verification path. `milliseconds` and `flag` say how a database writes a time
 * as a number and a condition as 0 or 1; `text` how it writes JSON as text.
 */
export function keyRowQuery(sql: {
  readonly parameter: string;
  readonly milliseconds: (column: string) => string;
  readonly flag: (condition: string) => string;
  readonly text: (column: string) => string;
}): string {
  return `
    select s.seal, s.prefix, s.first4, s.last4, ${sql.milliseconds('s.retires_at')} as retires_at,
      k.id, k.dialect, k.environment, k.label, ${sql.text('k.scopes')} as scopes,
      ${sql.text('k.ip_allow_list')} as ip_allow_list, ${sql.text('k.rate_limit')} as rate_limit,
      ${sql.flag('k.disabled')} as disabled, ${sql.milliseconds('k.expires_at')} as expires_at,
      ${sql.milliseconds('k.revoked_at')} as revoked_at, k.created_by, k.service_account_id,
      ${sql.flag('k.imported')} as imported, k.org_id, o.name as org_name,
      case when o.deleted_at is null then o.tier end as org_tier, k.sub_org_id,
      ${sql.flag('(u.id is not null and u.archived_at is null and u.removed_at is null)')}
        as sub_org_active,
      case when m.active then m.role end as member_role,
      case when a.is_active then a.role end as account_role
    from api_key_secret s
      join api_key k on k.id = s.key_id
      join organization o on o.id = k.org_id
      left join sub_org u on u.id = k.sub_org_id and u.org_id = k.org_id
      left join membership m on m.clerk_org_id = k.org_id and m.user_id = k.created_by
      left join service_account a on a.id = k.service_account_id and a.org_id = k.org_id
    where s.lookup = ${sql.parameter}`;
}

/** Turns a row into the record that core decides on. */
export function storedKey(row: KeyRow): StoredKey {
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
      owner: owner(row),
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

function owner(row: KeyRow): OwnerRecord {
  if (row.service_account_id !== null) {
    return {
      kind: 'service-account',
      id: row.service_account_id,
      role: row.account_role ?? 'none',
    };
  }
  if (row.created_by !== null) {
    const role =
      row.member_role === 'admin' ? 'admin' : row.member_role === null ? 'none' : 'viewer';
    return { kind: 'member', id: row.created_by, role };
  }
  return { kind: 'organization', id: row.org_id, role: row.imported === 1 ? 'admin' : 'none' };
}
