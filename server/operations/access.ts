import {
  type ManagementRule,
  type Outcome,
  refusals,
  refuseManagement,
  roleAllows,
} from '../../core/mod.ts';
import {
  type Hold,
  holdOrganization,
  holdPresentOrganization,
} from '../clerk/hold-organization.ts';
import { membershipOf, type PresentMembership } from '../clerk/membership.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import { Organization } from '../database/entities/organization.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Session } from '../sessions/session.ts';
import { notFound, refused } from '../wire/problem.ts';
import { lockManagingKey } from './managing-key.ts';
import { type Entrance, keyHolder, member, noOrganization, type Principal } from './principal.ts';

/** The sender of a request, as far as its credential shows. */
export type Caller =
  | { readonly kind: 'nobody'; readonly credential: 'missing' | 'invalid' }
  | {
      readonly kind: 'session';
      readonly session: Session;
      /** Its holder's membership when the request arrived. */
      readonly membership: PresentMembership;
    }
  /** `outcome` is the key's verification against the scope that the operation needs. */
  | { readonly kind: 'key'; readonly outcome: Outcome }
  /** The command line, acting on one organization or on none. */
  | { readonly kind: 'operator'; readonly organizationId: string | null };

/** Management by a session; on the paths of the other dialects also by those whom they name. */
export interface Management extends ManagementRule {
  readonly plane: 'management';
  /** True where any member may on the paths of `platform`. */
  readonly isOpenToMembers: boolean;
  /** What a `repurai` key needs its owner's authority for on its own paths; null where none may. */
  readonly byKeys: 'read' | 'manage' | null;
}

/** Who may call an operation, as data. */
export type Access =
  | Management
  | { readonly plane: 'data'; readonly scope: string | null; readonly action: 'read' | 'submit' }
  | { readonly plane: 'operator'; readonly whileRestored: boolean }
  | { readonly plane: 'anyone'; readonly actor: string; readonly limitedByAddress: boolean };

/** Management of keys and what belongs to them, by an admin of a parent org. */
export function parentOrgAdmin(
  options: Partial<Omit<Management, 'plane' | 'role'>> = {},
): Management {
  return { ...adminsOnly, ...options };
}

const adminsOnly: Management = {
  plane: 'management',
  role: 'admin',
  needsApiAccess: false,
  managesKeys: false,
  isOpenToMembers: false,
  byKeys: null,
};

/** Reading by any member of a parent org. */
export function parentOrgMember(): Management {
  return { ...adminsOnly, role: 'member' };
}

/**
 * The data plane: a key with the scope, or a session whose role covers the action. A null scope
 * means that the operation itself judges the key's scopes, once it knows the request.
 */
export function dataPlane(scope: string | null, action: 'read' | 'submit'): Access {
  return { plane: 'data', scope, action };
}

/**
 * The command line only.
 *
 * @param whileRestored - also before the operator has accepted a restore of the database.
 */
export function operatorOnly({ whileRestored = false } = {}): Access {
  return { plane: 'operator', whileRestored };
}

/**
 * Anyone: no credential is read, and the payload itself must carry its proof.
 *
 * @param actor - the actor in the audit log.
 */
export function publicAccess(
  actor: string,
  { limitedByAddress = false }: { readonly limitedByAddress?: boolean } = {},
): Access {
  return { plane: 'anyone', actor, limitedByAddress };
}

/**
 * Authorizes a caller once more, by the present content of the database: a role may have been taken
 * away, or the organization deleted, since the request arrived. The organization is locked from
 * here on: its deletion would otherwise miss the rows that this transaction adds.
 *
 * @param em - the transaction's.
 * @throws {Problem} as `authorize` does.
 */
export async function authorizeAgain(
  em: EntityManager,
  rowMacs: RowMacs,
  caller: Caller,
  access: Access,
  { hold, entrance, now }: Again,
): Promise<Principal> {
  const id = organizationOf(caller);
  if (caller.kind === 'key') {
    // A deletion revokes the organization's keys, but this key was verified before it.
    if (id !== null && !(await holdPresentOrganization(em, id, hold))) {
      throw refused(refusals.invalid_key);
    }
  } else if (id !== null && (caller.kind !== 'operator' || hold === 'exclusive')) {
    // An operator's other operations lock what they need themselves.
    await holdOrganization(em, id, hold);
  }
  if (entrance?.dialect === 'repurai' && caller.kind === 'key' && caller.outcome.ok) {
    await lockManagingKey(em, caller.outcome.key, now);
  }
  if (caller.kind !== 'session') return authorize(() => em, caller, access, entrance);
  return authorize(
    () => em,
    { ...caller, membership: await membershipOf(em, rowMacs, caller.session) },
    access,
    entrance,
  );
}

/** The circumstances of a repeated authorization. */
interface Again {
  readonly hold: Hold;
  readonly entrance: Entrance | null;
  readonly now: Date;
}

/** The organization of a caller; null when the credential names none. */
export function organizationOf(caller: Caller): string | null {
  if (caller.kind === 'session') return caller.session.organizationId;
  if (caller.kind === 'operator') return caller.organizationId;
  return caller.kind === 'key' && caller.outcome.ok ? caller.outcome.key.organization.id : null;
}

/**
 * Refuses an impersonated session's call, unless it reads or only revokes.
 *
 * @param input - undefined before it is read: only an operation that never revokes is refused then.
 * @throws {Problem} 403.
 */
export function refuseImpersonated<Input>(
  caller: Caller,
  operation: {
    readonly kind: 'query' | 'mutation';
    takesAway?(input: Input): boolean;
  },
  input?: Input,
): void {
  if (caller.kind !== 'session' || caller.session.impersonatedBy === null) return;
  if (operation.kind === 'query') return;
  const { takesAway } = operation;
  if (takesAway !== undefined && (input === undefined || takesAway(input))) return;
  throw refused(refusals.insufficient_permissions);
}

/**
 * Authorizes a caller, or refuses it with the reason.
 *
 * @param read - gives the entity manager to read with.
 * @param entrance - null for the paths of `reporisk`, for tRPC and for the command line.
 * @throws {Problem} in the documented order: 401, a key where a session is needed, role, plan.
 */
export async function authorize(
  read: () => EntityManager,
  caller: Caller,
  access: Access,
  entrance: Entrance | null = null,
): Promise<Principal> {
  if (caller.kind === 'operator') return operator(read(), caller.organizationId);
  if (access.plane === 'anyone') return noOrganization('anyone', access.actor);
  if (access.plane === 'operator') throw refused(refusals.insufficient_permissions);
  if (access.plane === 'data') return authorizeData(caller, access);
  return entrance?.dialect === 'repurai'
    ? authorizeManagingKey(caller, access)
    : authorizeManagement(caller, access, entrance);
}

async function operator(em: EntityManager, organizationId: string | null): Promise<Principal> {
  const principal = noOrganization('operator', 'operator');
  if (organizationId === null) return principal;
  const organization = await em.findOne(Organization, { id: organizationId });
  if (organization === null) throw notFound('Organization');
  const { id, name, tier = null } = organization;
  return { ...principal, organization: { id, name, tier } };
}

/** On the paths of `repurai`, keys manage keys. */
function authorizeManagingKey(
  caller: Exclude<Caller, { kind: 'operator' }>,
  { byKeys }: Management,
): Principal {
  if (caller.kind !== 'key') {
    const isMissing = caller.kind === 'nobody' && caller.credential === 'missing';
    throw refused(isMissing ? refusals.missing_key : refusals.invalid_key);
  }
  const { outcome } = caller;
  if (!outcome.ok) throw refused(outcome.refusal, outcome.headers);
  if (byKeys === null || !roleAllows(outcome.key.owner.role, byKeys)) {
    throw refused(refusals.insufficient_permissions);
  }
  return { ...keyHolder(outcome.key), dialect: 'repurai' };
}

function authorizeManagement(
  caller: Exclude<Caller, { kind: 'operator' }>,
  access: Management,
  entrance: Entrance | null,
): Principal {
  const rule: ManagementRule =
    entrance !== null && access.isOpenToMembers ? { ...access, role: 'member' } : access;
  if (caller.kind !== 'session') {
    // A key that is not valid is no credential at all here; a valid one gets a refusal that names
    // it as a key.
    const isKey =
      caller.kind === 'key' && (caller.outcome.ok || caller.outcome.refusal.status !== 401);
    if (isKey && !caller.outcome.ok && caller.outcome.refusal.status === 503) {
      throw refused(caller.outcome.refusal);
    }
    const refusal = refuseManagement(isKey ? { kind: 'key' } : { kind: 'nobody' }, rule);
    throw refused(refusal ?? refusals.sign_in_required);
  }
  const { membership } = caller;
  if (
    entrance !== null &&
    membership.kind === 'parent' &&
    membership.organization.id !== entrance.organizationId
  ) {
    throw refused(refusals.insufficient_permissions);
  }
  const refusal = refuseManagement(
    membership.kind === 'parent'
      ? { kind: 'session', role: membership.role, parentTier: membership.organization.tier }
      : { kind: 'session', role: 'member', parentTier: null },
    rule,
  );
  if (refusal !== null || membership.kind !== 'parent') {
    throw refused(refusal ?? refusals.insufficient_permissions);
  }
  const { organization, role, readAt } = membership;
  const dialect = entrance?.dialect ?? null;
  return { ...member(caller.session, organization, role, null), authorizedAt: readAt, dialect };
}

function authorizeData(
  caller: Exclude<Caller, { kind: 'operator' }>,
  access: Extract<Access, { plane: 'data' }>,
): Principal {
  if (caller.kind === 'nobody') {
    throw refused(caller.credential === 'missing' ? refusals.missing_key : refusals.invalid_key);
  }
  if (caller.kind === 'key') {
    if (!caller.outcome.ok) throw refused(caller.outcome.refusal, caller.outcome.headers);
    return keyHolder(caller.outcome.key);
  }
  const { membership } = caller;
  if (membership.kind === 'none') throw refused(refusals.insufficient_permissions);
  if (access.action === 'submit' && membership.role !== 'admin') {
    throw refused(refusals.insufficient_permissions);
  }
  const subOrgId = membership.kind === 'sub-org' ? membership.subOrg.id : null;
  return member(caller.session, membership.organization, membership.role, subOrgId);
}
