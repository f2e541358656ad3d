import type { KeyRecord } from '../store/key-store.ts';

/**
 * The subject of a lookup value that was absent: touched when a secret of that value is created.
 *
 * @param lookup - the lookup value, hexadecimal.
 * @returns for example `lookup/9f86…`.
 */
export function lookupSubject(lookup: string): string {
  return `lookup/${lookup}`;
}

/**
 * The subjects that a decision about a key depends on: the key itself with its secrets, its
 * organization, its sub-org and its owner. The database uses the same names for a write's subjects.
 *
 * @param key - the record.
 * @returns two to four subjects, for example `key/key_01…`, `organization/org_1`, `sub-org/7`,
 * `member/org_1/user_1`.
 */
export function subjectsOf(key: KeyRecord): readonly string[] {
  const { organization, owner, subOrg } = key;
  const subjects = [`key/${key.id}`, `organization/${organization.id}`];
  if (subOrg !== null) subjects.push(`sub-org/${subOrg.id}`);
  if (owner.kind === 'member') subjects.push(`member/${organization.id}/${owner.id}`);
  if (owner.kind === 'service-account') subjects.push(`service-account/${owner.id}`);
  return subjects;
}
