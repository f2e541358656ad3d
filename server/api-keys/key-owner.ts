import { scopeActions } from '../../core/policy/scopes.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { shownName } from '../wire/names.ts';

/**
 * Reasons why an active, unrevoked key is refused because of its owner; the first match applies.
 */
export const blockedReasons = ['service_account_disabled', 'owner_left', 'owner_demoted'] as const;
type BlockedReason = (typeof blockedReasons)[number];

/** The holder of a key's authority: a member, a service account or the organization. */
export interface KeyOwner {
  readonly kind: 'member' | 'service_account' | 'organization';
  readonly id: string;
  /** Null for a member without a name from Clerk. */
  readonly name: string | null;
}

/** Joins for the conditions below: key `k`, its member `m` and its service account `a`. */
export const ownerJoins = `
  left join membership m on m.clerk_org_id = k.org_id and m.user_id = k.created_by
  left join service_account a on a.id = k.service_account_id and a.org_id = k.org_id`;

const writes = Object.values(scopeActions)
  .flatMap(Object.entries)
  .flatMap(([scope, action]) => (action === 'read' ? [] : [scope]));
const holdsWrite = [
  'k.scopes is null',
  ...writes.map((scope) => `cast(k.scopes as text) like '%"${scope}"%'`),
].join(' or ');

/** SQL expression: the reason why an active key `k` is refused; null where it is accepted. */
export const blockedReason = `case
  when k.service_account_id is not null then
    case when coalesce(a.is_active, false) then null else 'service_account_disabled' end
  when k.created_by is null then null
  when not coalesce(m.active, false) then 'owner_left'
  when m.role <> 'admin' and (${holdsWrite}) then 'owner_demoted'
end`;

interface OwnerRow {
  readonly id: string;
  readonly owner_id: string;
  readonly kind: KeyOwner['kind'];
  readonly name: string | null;
  readonly blocked: BlockedReason | null;
}

/** Owners by key id, and the reason for which each key is refused if it is active. */
export async function ownersOf(
  em: EntityManager,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, KeyOwner & { readonly blocked: BlockedReason | null }>> {
  if (keyIds.length === 0) return new Map();
  const rows = await em.execute<OwnerRow[]>(
    `select k.id,
       case when k.service_account_id is not null then 'service_account'
         when k.created_by is not null then 'member' else 'organization' end as kind,
       coalesce(k.service_account_id, k.created_by, k.org_id) as owner_id,
       case when k.service_account_id is not null then a.name
         when k.created_by is not null then m.name else o.name end as name,
       ${blockedReason} as blocked
     from api_key k join organization o on o.id = k.org_id ${ownerJoins}
     where k.id in (${keyIds.map(() => '?').join(', ')})`,
    [...keyIds],
  );
  return new Map(
    rows.map(({ id, kind, owner_id, name, blocked }) => [
      id,
      { kind, id: owner_id, name: name === null ? null : shownName(name), blocked },
    ]),
  );
}
