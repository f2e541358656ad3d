import { allDialects, allEnvironments } from '../format/key-shape.ts';
import type { Role } from '../policy/authority.ts';
import type {
  KeyRecord,
  OrganizationRecord,
  OwnerRecord,
  RateLimit,
  StoredKey,
  SubOrgRecord,
} from './key-store.ts';

const kinds: readonly OwnerRecord['kind'][] = ['member', 'service-account', 'organization'];
const roles: readonly Role[] = ['admin', 'engineer', 'viewer', 'none'];

/**
 * Copies a store's key field by field, and freezes the copy: neither the store nor a handler can
 * change a record that others read.
 *
 * @param value - a stored key as the store gave it, unchecked.
 * @returns an equal stored key, deeply frozen, without any field that `KeyRecord` does not name.
 * @throws {TypeError} with the name of the first field that is absent or of another type.
 */
export function readStoredKey(value: unknown): StoredKey {
  const { record, seal } = object(value, 'stored key');
  return Object.freeze({
    record: readKeyRecord(record),
    seal: seal === null ? null : text(seal, 'seal'),
  });
}

/**
 * The secrets of a key with their lookup values; each key is still to be read by `readStoredKey`.
 *
 * @param value - a list of stored secrets as the store gave it, unchecked.
 * @throws {TypeError} when it is no such list.
 */
export function readStoredSecrets(value: unknown): readonly { readonly lookup: string }[] {
  if (!Array.isArray(value)) throw malformed('secrets');
  return value.map((each: unknown) => {
    const secret = object(each, 'secret');
    return { ...secret, lookup: text(secret.lookup, 'lookup') };
  });
}

function readKeyRecord(value: unknown): KeyRecord {
  const key = object(value, 'record');
  return Object.freeze({
    id: text(key.id, 'id'),
    dialect: oneOf(allDialects, key.dialect, 'dialect'),
    environment: oneOf(allEnvironments, key.environment, 'environment'),
    label: text(key.label, 'label'),
    preview: text(key.preview, 'preview'),
    organization: readOrganization(key.organization),
    subOrg: key.subOrg === null ? null : readSubOrg(key.subOrg),
    owner: readOwner(key.owner),
    projectId: key.projectId === null ? null : text(key.projectId, 'projectId'),
    scopes: key.scopes === null ? null : texts(key.scopes, 'scopes'),
    ipAllowList: key.ipAllowList === null ? null : texts(key.ipAllowList, 'ipAllowList'),
    rateLimit: key.rateLimit === null ? null : readRateLimit(key.rateLimit),
    disabled: flag(key.disabled, 'disabled'),
    expiresAt: numberOrNull(key.expiresAt, 'expiresAt'),
    revokedAt: numberOrNull(key.revokedAt, 'revokedAt'),
    secretExpiresAt: numberOrNull(key.secretExpiresAt, 'secretExpiresAt'),
  });
}

function readOrganization(value: unknown): OrganizationRecord {
  const { id, name, tier } = object(value, 'organization');
  return Object.freeze({
    id: text(id, 'organization.id'),
    name: text(name, 'organization.name'),
    tier: numberOrNull(tier, 'organization.tier'),
  });
}

function readSubOrg(value: unknown): SubOrgRecord {
  const { id, active } = object(value, 'subOrg');
  return Object.freeze({ id: number(id, 'subOrg.id'), active: flag(active, 'subOrg.active') });
}

function readOwner(value: unknown): OwnerRecord {
  const { kind, id, role } = object(value, 'owner');
  return Object.freeze({
    kind: oneOf(kinds, kind, 'owner.kind'),
    id: text(id, 'owner.id'),
    role: oneOf(roles, role, 'owner.role'),
  });
}

function readRateLimit(value: unknown): RateLimit {
  const { limit, windowSeconds } = object(value, 'rateLimit');
  return Object.freeze({
    limit: number(limit, 'rateLimit.limit'),
    windowSeconds: number(windowSeconds, 'rateLimit.windowSeconds'),
  });
}

function malformed(field: string): TypeError {
  return new TypeError(`the store holds a malformed key: ${field}`);
}

function object(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw malformed(field);
  return value as Readonly<Record<string, unknown>>;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw malformed(field);
  return value;
}

function texts(value: unknown, field: string): readonly string[] {
  if (!Array.isArray(value)) throw malformed(field);
  const copy: string[] = [];
  for (const each of value) copy.push(text(each, field));
  return Object.freeze(copy);
}

function flag(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw malformed(field);
  return value;
}

function number(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(field);
  return value;
}

function numberOrNull(value: unknown, field: string): number | null {
  return value === null ? null : number(value, field);
}

/** Returns the constant itself: no record keeps a copy of it. */
function oneOf<Word extends string>(words: readonly Word[], value: unknown, field: string): Word {
  for (const word of words) if (word === value) return word;
  throw malformed(field);
}
