import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import {
  createMemoryKeyStore,
  createVerifier,
  generateKey,
  newId,
  nobleHashing,
  pepperedScheme,
} from '../../core/mod.ts';
import type { Work } from './compare.ts';

/**
 * A warm verification, and one hash of the same key. Core and the language only: every runtime can run its
 * bundle.
 */
export async function verificationAndHash(): Promise<{ readonly ours: Work; readonly hash: Work }> {
  const scheme = pepperedScheme(new Uint8Array(32).fill(7));
  const memory = createMemoryKeyStore();
  const keys = Array.from({ length: 1_000 }, () => {
    const { key, preview } = generateKey();
    const id = newId('key');
    const lookup = scheme.lookup(nobleHashing.sha256(key));
    memory.put(lookup, {
      record: {
        ...{
          id,
          dialect: 'reporisk',
          environment: 'live',
          label: 'CI',
          preview,
          subOrg: null,
          projectId: null,
        },
        organization: { id: 'org_1', name: 'Acme', tier: 3 },
        owner: { kind: 'organization', id: 'org_1', role: 'admin' },
        ...{ scopes: ['repos:read'], ipAllowList: null, rateLimit: null, disabled: false },
        ...{ expiresAt: null, revokedAt: null, secretExpiresAt: null },
      },
      seal: scheme.seal(id, 'org_1', lookup),
    });
    return key;
  });
  // Nothing changes, so everything found stays true.
  const freshness = { isFresh: () => true, epoch: () => 0, subscribe: () => () => {} };
  const verifier = createVerifier({ store: { ...memory, freshness }, schemes: [scheme] });
  const keyOf = (n: number) => keys[n % keys.length] ?? '';
  const request = { scope: 'repos:read' };
  for (const key of keys) {
    if (!(await verifier.verify(key, request)).ok) throw new Error('a key was refused');
  }
  return {
    ours: (n) => verifier.verify(keyOf(n), request),
    hash: (n) => sha256(utf8ToBytes(keyOf(n))),
  };
}
