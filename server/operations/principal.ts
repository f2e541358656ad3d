import { type Dialect, type KeyRecord, permits } from '../../core/mod.ts';
import type { Session } from '../sessions/session.ts';

/** The paths of another dialect, by which a request came. */
export interface Entrance {
  readonly dialect: Exclude<Dialect, 'reporisk'>;
  /** The organization that the path names; null where none is named. */
  readonly organizationId: string | null;
}

/** The separator of user and impersonator in an actor's text. */
export const impersonation = ' (by user:';

/** An authorized caller, and the user or key that it acts for. */
export interface Principal {
  readonly kind: 'member' | 'key' | 'operator' | 'anyone';
  /** The organization whose data it may reach: always the parent's. */
  readonly organization: {
    readonly id: string;
    readonly name: string;
    readonly tier: number | null;
  };
  /** The one sub-org it is held to; null for the whole organization. */
  readonly subOrgId: number | null;
  readonly role: 'admin' | 'member';
  readonly userId: string | null;
  /** The impersonator; null when the user acts in person. */
  readonly impersonatedBy: string | null;
  readonly key: KeyRecord | null;
  /** The one dialect whose keys it reaches; null where it came by no dialect's own paths. */
  readonly dialect: Entrance['dialect'] | null;
  /** The end of the audit log when the caller was authorized; 0 where nothing needs it. */
  readonly authorizedAt: number;
  /**
   * For the audit log: `user:ID`, `user:ID (by user:ID)`, `key:ID`, `operator`, or `publicAccess`'s
   * actor.
   */
  readonly actor: string;
}

/** A caller that acts for no organization. */
export function noOrganization(kind: 'operator' | 'anyone', actor: string): Principal {
  return {
    kind,
    organization: { id: '', name: '', tier: null },
    subOrgId: null,
    role: kind === 'operator' ? 'admin' : 'member',
    userId: null,
    impersonatedBy: null,
    key: null,
    dialect: null,
    authorizedAt: 0,
    actor,
  };
}

/** A key, for its own organization. */
export function keyHolder(key: KeyRecord): Principal {
  return {
    kind: 'key',
    organization: key.organization,
    subOrgId: key.subOrg === null ? null : key.subOrg.id,
    role: permits(key, 'admin:*') ? 'admin' : 'member',
    userId: null,
    impersonatedBy: null,
    key,
    dialect: null,
    authorizedAt: 0,
    actor: `key:${key.id}`,
  };
}

/** A member of an organization. */
export function member(
  session: Session,
  organization: Principal['organization'],
  role: Principal['role'],
  subOrgId: number | null,
): Principal {
  const { userId, impersonatedBy } = session;
  const by = impersonatedBy === null ? '' : `${impersonation}${impersonatedBy})`;
  return {
    kind: 'member',
    organization,
    subOrgId,
    role,
    userId,
    impersonatedBy,
    key: null,
    dialect: null,
    authorizedAt: 0,
    actor: `user:${userId}${by}`,
  };
}
