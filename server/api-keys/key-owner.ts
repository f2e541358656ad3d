import { nameColumn } from '../database/columns.ts';

/**
 * Reasons why an active, unrevoked key is refused because of its owner; the first match applies.
 */
export const blockedReasons = ['service_account_disabled', 'owner_left', 'owner_demoted'] as const;

/** Joins for the conditions below: key `k`, its member `m` and its service account `a`. */
export const ownerJoins = `
  left join membership m on m.clerk_org_id = k.org_id and m.user_id = k.created_by
  left join service_account a on a.id = k.service_account_id and a.org_id = k.org_id`;

/**
 * Every scope but `…:read`, built in or not, is to write; the rest of a read one has no colon. An index
 * of PostgreSQL has the same expression.
 */
export const holdsWrite = `k.scopes is null or replace(cast(k.scopes as text), ':read"', '') like '%:%'`;

/** SQL expression: the reason why an active key `k` is refused; null where it is accepted. */
export const blockedReason = `case
  when k.service_account_id is not null then
    case when coalesce(a.is_active, false) then null else 'service_account_disabled' end
  when k.created_by is null then null
  when not coalesce(m.active, false) then 'owner_left'
  when m.role <> 'admin' and (${holdsWrite}) then 'owner_demoted'
end`;

/** SQL expressions of a key's owner; `o` is its organization. */
export const ownerColumns = {
  ownerKind: `case when k.service_account_id is not null then 'service_account'
    when k.created_by is not null then 'member' else 'organization' end`,
  ownerId: 'coalesce(k.service_account_id, k.created_by, k.org_id)',
  ownerName: nameColumn(`case when k.service_account_id is not null then a.name
    when k.created_by is not null then m.name else o.name end`),
};
