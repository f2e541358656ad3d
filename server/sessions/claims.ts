import { clerkIdPattern, memberRole, type Session } from './session.ts';

/** How far Clerk's clock may be ahead of ours. */
const clockLeeway = 5_000;

/** The values that a token's claims are checked against. */
export interface ClaimRules {
  readonly issuer?: string | undefined;
  readonly authorizedParties?: readonly string[] | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * Reads the claims of a session token whose signature was verified, and makes the checks that
 * Clerk's own verification omits or makes by another clock.
 *
 * `exp` is exact: Clerk's client renews a token well before, so no client needs the leeway that
 * would keep a session alive past its end. `nbf` and `iat` may be ahead by `clockLeeway`.
 *
 * @param now - Unix milliseconds.
 * @returns the session, or null when any claim is absent, of a wrong type, or not acceptable.
 */
export function readClaims(claims: Claims, rules: ClaimRules, now: number): Session | null {
  const { sub, sid, iss, azp, sts, iat, exp, nbf = iat } = claims;
  if (!isText(sub) || !isText(sid)) return null;
  if (rules.issuer !== undefined && iss !== rules.issuer) return null;
  if (!isAuthorizedParty(azp, rules.authorizedParties)) return null;
  // A pending session has tasks left, for example choosing an organization or a second factor.
  if (sts !== undefined && (typeof sts !== 'string' || sts === 'pending')) return null;
  if (!isTime(iat) || !isTime(exp) || !isTime(nbf)) return null;
  if (exp * 1000 <= now || beginsLater(claims, now)) return null;
  const organization = readOrganization(claims);
  if (organization === null) return null;
  return {
    userId: sub,
    sessionId: sid,
    organizationId: organization.id,
    role: organization.role,
    impersonatedBy: readImpersonator(claims),
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
  };
}

/**
 * Whether a token's times are too far ahead for it to be valid now.
 *
 * @param now - Unix milliseconds.
 */
export function beginsLater({ iat, nbf = iat }: Claims, now: number): boolean {
  return [iat, nbf].some((time) => isTime(time) && time * 1000 > now + clockLeeway);
}

const noOrganization = { id: null, role: null };

/**
 * Version 2 has `o`, version 1 `org_id` and `org_role`. Each is read in its own version only: in
 * the other version the same name may be a custom claim, whose value Clerk does not guarantee.
 */
function readOrganization(claims: Claims): (Pick<Session, 'role'> & { id: string | null }) | null {
  const { v = 1 } = claims;
  if (v === 1) {
    const { org_id: id, org_role: role } = claims;
    if (id === undefined && role === undefined) return noOrganization;
    return isText(id) && isText(role) ? { id, role: memberRole(role) } : null;
  }
  if (v !== 2) return null;
  const { o } = claims;
  if (o === undefined) return noOrganization;
  if (typeof o !== 'object' || o === null) return null;
  const { id, rol } = o as Claims;
  return isText(id) && isText(rol) ? { id, role: rol === 'admin' ? 'admin' : 'member' } : null;
}

/**
 * The `act` claim (RFC 8693, section 4.1). A claim of any shape means that the session is
 * impersonated.
 */
function readImpersonator(claims: Claims): string | null {
  if (!Object.hasOwn(claims, 'act')) return null;
  const { act } = claims;
  const { sub } = typeof act === 'object' && act !== null ? (act as Claims) : {};
  return typeof sub === 'string' && clerkIdPattern.test(sub) ? sub : 'unknown';
}

function isAuthorizedParty(azp: unknown, parties: readonly string[] = []): boolean {
  return parties.length === 0 || (isText(azp) && parties.includes(azp));
}

/** Ids, roles and origins: printable ASCII, which any database can store. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value);
}

/** Whole seconds that a date can hold. */
function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(Number(value)) <= 8.64e12;
}
