import type { Loaded } from '../../core/cache/coherent-cache.ts';
import { lookupSubject } from '../../core/cache/subjects.ts';
import type { KeyRecord } from '../../core/store/key-store.ts';
import type { Versions } from './database.ts';

/** The answer where there is no key, and the state that it reflects. */
export interface NoKey {
  readonly lookupVersion: number;
}

/** One of the simulation's keys, by the digest of its secret. */
export interface SimulatedKey {
  readonly digest: string;
  /** All that its record depends on, its lookup first. */
  readonly subjects: readonly string[];
  readonly record: KeyRecord;
}

/** Five keys of two organizations, sharing sub-orgs and owners. */
export const simulatedKeys: readonly SimulatedKey[] = [0, 1, 2, 3, 4].map((n) => {
  const digest = `${n}`.repeat(64);
  const organization = { id: `org_${n % 2}`, name: '', tier: 3 };
  const subOrg = n === 4 ? null : { id: n % 2, active: true };
  const kind = n === 3 ? 'service-account' : 'member';
  const owner = { kind, id: `owner_${n % 3}`, role: 'admin' } as const;
  const record: KeyRecord = {
    ...{ id: `key_${n}`, dialect: 'reporisk', environment: 'live', label: '', preview: '' },
    ...{
      organization,
      subOrg,
      owner,
      projectId: null,
      scopes: null,
      ipAllowList: null,
      rateLimit: null,
    },
    ...{ disabled: false, expiresAt: null, revokedAt: null, secretExpiresAt: null },
  };
  const subjects = [lookupSubject(digest), `key/key_${n}`, `organization/org_${n % 2}`];
  if (subOrg !== null) subjects.push(`sub-org/${subOrg.id}`);
  subjects.push(
    kind === 'member' ? `member/org_${n % 2}/${owner.id}` : `service-account/${owner.id}`,
  );
  return { digest, subjects, record };
});

/** The result of a lookup in a snapshot. A key is there while its lookup's version is odd. */
export function find(key: SimulatedKey, versions: Versions): Loaded<NoKey> {
  const seen = key.subjects.map((subject) => versions.get(subject) ?? 0);
  const [lookupVersion = 0] = seen;
  if (lookupVersion % 2 === 0) {
    return { absent: { lookupVersion }, subjects: [lookupSubject(key.digest)] };
  }
  return { key: { ...key.record, label: seen.join('.') } };
}

/** The subjects in which an answer is older than required; empty when it is right. */
export function staleIn(
  key: SimulatedKey,
  answer: KeyRecord | NoKey,
  required: Versions,
): readonly string[] {
  const [lookup = ''] = key.subjects;
  if ('lookupVersion' in answer) {
    return answer.lookupVersion < (required.get(lookup) ?? 0) ? [lookup] : [];
  }
  const seen = answer.label.split('.').map(Number);
  return key.subjects.filter((subject, i) => (seen[i] ?? 0) < (required.get(subject) ?? 0));
}
