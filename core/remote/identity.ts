import type { Environment } from '../format/key-shape.ts';

/** A key as the server describes it to another service. */
export interface VerifiedKey {
  /** `key_` and a ULID; the same for life. */
  readonly id: string;
  /** The Clerk organization id. */
  readonly organizationId: string;
  /** The one sub-org the key is held to; null for an organization-wide key. */
  readonly subOrgId: number | null;
  /** The scopes that it can use now; null means every scope, an empty list none. */
  readonly scopes: readonly string[] | null;
  /** Whether it is a sandbox key. */
  readonly environment: Environment;
  /** The one project the key is held to; null for none. */
  readonly projectId: string | null;
}

const name = /^[\w.:*-]{1,200}$/;
const integer = /^[1-9]\d{0,15}$/;

/**
 * Reads the identity headers of `/auth/verify`.
 *
 * @param headers - of a 200.
 * @returns null unless all six are there and well formed: something else may have answered.
 */
export function readIdentity(headers: Headers): VerifiedKey | null {
  const read = (header: string, form: RegExp) => {
    const value = headers.get(`X-RepoRisk-${header}`) ?? '';
    return form.test(value) ? value : null;
  };
  const id = read('Key-Id', name);
  const organizationId = read('Org', name);
  const subOrg = read('Sub-Org', /^(-|[1-9]\d{0,15})$/);
  const scopes = read('Scopes', /^(\*|-|[\w:*-]+( [\w:*-]+)*)$/);
  const environment = read('Environment', /^(live|test)$/);
  const project = read('Project', name);
  if (id === null || organizationId === null || subOrg === null) return null;
  if (scopes === null || environment === null || project === null) return null;
  return Object.freeze({
    id,
    organizationId,
    subOrgId: integer.test(subOrg) ? Number(subOrg) : null,
    scopes: scopes === '*' ? null : Object.freeze(scopes === '-' ? [] : scopes.split(' ')),
    environment: environment === 'test' ? 'test' : 'live',
    projectId: project === '-' ? null : project,
  });
}
