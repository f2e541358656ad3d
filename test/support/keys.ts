import fc from 'fast-check';
import { generateKey, type KeyRecord } from '../../core/mod.ts';
import { seededRandom } from './random.ts';

/** Any new key of either environment. */
export const anyKey: fc.Arbitrary<string> = fc
  .record({ environment: fc.constantFrom('live', 'test'), seed: fc.integer() })
  .map(({ environment, seed }) => generateKey({ environment, random: seededRandom(seed) }).key);

/** A record of a key that may do everything, with the differences a test is about. */
export function keyRecord(differences: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: 'key_01ARYZ6S41TSV4RRFFQ69G5FAV',
    dialect: 'reporisk',
    environment: 'live',
    label: 'CI Pipeline',
    preview: 'rrk_live_AbCd••••JkEW',
    organization: { id: 'org_1', name: 'Acme', tier: 3 },
    subOrg: null,
    owner: { kind: 'member', id: 'user_1', role: 'admin' },
    projectId: null,
    scopes: null,
    ipAllowList: null,
    rateLimit: null,
    disabled: false,
    expiresAt: null,
    revokedAt: null,
    secretExpiresAt: null,
    ...differences,
  };
}
