/**
 * API keys for RepoRisk: their format, generation, storage, verification and permissions. Runs on
 * Node, Deno, Bun, Workers and in browsers.
 *
 * @example Issuing and verifying a key
 * ```ts
 * import {
 *   createMemoryKeyStore,
 *   createVerifier,
 *   generateKey,
 *   newId,
 *   nobleHashing,
 *   pepperedScheme,
 * } from '@reporisk/api-access/core';
 *
 * const scheme = pepperedScheme(crypto.getRandomValues(new Uint8Array(32)));
 * const store = createMemoryKeyStore();
 * const verifier = createVerifier({ store, schemes: [scheme] });
 *
 * const { key, preview } = generateKey();
 * const id = newId('key');
 * const lookup = scheme.lookup(nobleHashing.sha256(key));
 * store.put(lookup, {
 *   record: {
 *     id,
 *     dialect: 'reporisk',
 *     environment: 'live',
 *     label: 'CI Pipeline',
 *     preview,
 *     organization: { id: 'org_1', name: 'Acme', tier: 3 },
 *     subOrg: null,
 *     owner: { kind: 'organization', id: 'org_1', role: 'admin' },
 *     projectId: null,
 *     scopes: ['repos:read'],
 *     ipAllowList: null,
 *     rateLimit: null,
 *     disabled: false,
 *     expiresAt: null,
 *     revokedAt: null,
 *     secretExpiresAt: null,
 *   },
 *   seal: scheme.seal(id, 'org_1', lookup),
 * });
 *
 * (await verifier.verify(key, { scope: 'repos:read' })).ok; // true
 * (await verifier.verify(key, { scope: 'repos:analyze' })).ok; // false
 * ```
 * @module
 */

export type { CacheCounters, CoherentCacheOptions } from './cache/coherent-cache.ts';
export { ApiKeyError, type ErrorCode, type Refusal, refusals } from './errors.ts';
export type { Dialect, Environment, KeyShape } from './format/key-shape.ts';
export { allDialects, allEnvironments } from './format/key-shape.ts';
export { type ParsedKey, parseKey } from './format/parse-key.ts';
export { formatPreview, maskKey } from './format/preview.ts';
export { recognizeKey } from './format/recognize-key.ts';
export {
  type GeneratedKey,
  type GenerateKeyOptions,
  generateKey,
} from './generate/generate-key.ts';
export { type RandomSource, secureRandom } from './generate/random-source.ts';
export { newId, ulid } from './generate/ulid.ts';
export { constantTimeEqual } from './hash/constant-time.ts';
export { type Hashing, type Mac, nobleHashing } from './hash/hashing.ts';
export { type LookupScheme, pepperedScheme, sha256Scheme } from './hash/lookup-scheme.ts';
export {
  type Admission,
  type AdmitOptions,
  admit,
  type NotAdmitted,
  type Verifies,
} from './http/admit.ts';
export {
  type Credential,
  credentialFrom,
  type HeaderSource,
  type NodeRequest,
} from './http/credential.ts';
export { type ProtectedHandler, type ProtectOptions, protect } from './http/protect.ts';
export { type RefusalResponseOptions, refusalResponse } from './http/refusal-response.ts';
export { addressAllowed, type Cidr, normalizeCidr, parseCidr } from './policy/address.ts';
export { type Action, type Role, roleAllows } from './policy/authority.ts';
export { readExtraScopes, type ScopeNameOf } from './policy/extra-scopes.ts';
export {
  apiAccessTier,
  type ManagementCaller,
  type ManagementRule,
  refuseManagement,
} from './policy/management.ts';
export {
  type ExtraScopes,
  grants,
  type PlatformScope,
  permits,
  type ReporiskScope,
  type Scope,
  scopesOf,
} from './policy/scopes.ts';
export { inSubOrgScope } from './policy/sub-org.ts';
export type { VerifiedKey } from './remote/identity.ts';
export {
  openRemoteVerifier,
  type RemoteVerifier,
  type RemoteVerifierOptions,
} from './remote/remote-verifier.ts';
export type { Freshness, InvalidationListener } from './store/freshness.ts';
export type {
  KeyRecord,
  KeyStore,
  OrganizationRecord,
  OwnerRecord,
  RateLimit,
  StoredKey,
  StoredSecret,
  SubOrgRecord,
} from './store/key-store.ts';
export {
  createMemoryKeyStore,
  type MemoryKeyStore,
  type MemoryKeyStoreOptions,
} from './store/memory-key-store.ts';
export { type CallDescription, decide, type VerifyRequest } from './verify/decide.ts';
export type { Accepted, Outcome, Reason, Refused } from './verify/outcome.ts';
export { createVerifier, type Verifier, type VerifierOptions } from './verify/verifier.ts';
