import { type ExtraScopes, type KeyRecord, type Outcome, refusals } from '../../core/mod.ts';
import { builtInScopes } from '../../core/policy/scopes.ts';
import type { Database } from '../database/database.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import { projectId } from '../wire/fields.ts';
import { forwardAuthPath, rawPath } from './request-target.ts';

/** Demands of a request to `/auth/verify`, beyond a valid key. */
export interface Demands {
  /** A scope that the key must have; null for none. */
  readonly scope: string | null;
  /** A sub-org within the key's reach; null for none. */
  readonly subOrgId: number | null;
  /** The project that the request is about: keys that are held to another are refused. */
  readonly projectId: string | null;
}

const nothing: Demands = { scope: null, subOrgId: null, projectId: null };

const builtIn = new Set(builtInScopes);

/** The largest id that the database can hold. */
const maxSubOrgId = 2 ** 31 - 1;

/**
 * The query of a request to exactly `/auth/verify`; null when there is none. Below that path the
 * query is the proxy's client's, and is ignored.
 */
function ownQuery(target: string): URLSearchParams | null {
  const start = target.indexOf('?');
  if (start === -1 || rawPath(target) !== forwardAuthPath) return null;
  return new URLSearchParams(target.slice(start));
}

/** Whether a request target marks the proxy as nginx. */
export function isForNginx(target: string): boolean {
  return ownQuery(target)?.getAll('proxy').includes('nginx') ?? false;
}

/**
 * Reads the demands of a request. Other parameters are ignored: some proxies forward those of their
 * client.
 *
 * @returns null when one is given twice or malformed: a misspelt demand must not count as none.
 */
export function demandsOf(target: string, extraScopes: ExtraScopes): Demands | null {
  const query = ownQuery(target);
  if (query === null) return nothing;
  const [scope = null, ...otherScopes] = query.getAll('scope');
  const [subOrg = null, ...otherSubOrgs] = query.getAll('sub_org_id');
  const [project = null, ...otherProjects] = query.getAll('project_id');
  if (otherScopes.length + otherSubOrgs.length + otherProjects.length > 0) return null;
  if (scope !== null && !builtIn.has(scope) && !Object.hasOwn(extraScopes, scope)) return null;
  if (project !== null && !projectId.safeParse(project).success) return null;
  if (subOrg === null) return { scope, subOrgId: null, projectId: project };
  const subOrgId = /^[1-9]\d{0,9}$/.test(subOrg) ? Number(subOrg) : Number.NaN;
  return subOrgId <= maxSubOrgId ? { scope, subOrgId, projectId: project } : null;
}

/**
 * Judges whether a valid key reaches the demanded sub-org: its own, or, for an organization-wide key,
 * any active one of its organization. Only the latter asks the database.
 */
export async function judgeSubOrg(
  key: KeyRecord,
  { subOrgId }: Demands,
  database: Database,
): Promise<Outcome> {
  if (subOrgId === null || key.subOrg?.id === subOrgId) return { ok: true, key };
  const isOwn =
    key.subOrg === null &&
    (await database.read().count(SubOrg, {
      id: subOrgId,
      orgId: key.organization.id,
      removedAt: null,
      archivedAt: null,
    })) > 0;
  if (isOwn) return { ok: true, key };
  return { ok: false, refusal: refusals.insufficient_permissions, reason: 'sub_org', key };
}
