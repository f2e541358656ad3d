import { defined } from '../api/defined.ts';
import type { ApiKey, NewApiKey } from '../api/records.ts';
import { keyForm as text } from '../messages/messages.ts';
import type { Dialect } from './scopes.ts';

export type Expiry = keyof typeof text.expiryPresets;

/** The addresses that a key is accepted from and its rate limit, as entered. */
export interface LimitsDraft {
  /** One address or block per line; empty for anywhere. */
  addresses: string;
  /** The number of requests; empty for no rate limit. */
  rateCount: string;
  rateSeconds: string;
}

/** The form of a new key, as entered. */
export interface KeyDraft extends LimitsDraft {
  label: string;
  dialect: Dialect;
  /** The one project that a `platform` key works on; empty for any. */
  project: string;
  /** Empty for the whole organization. */
  subOrg: string;
  expiry: Expiry;
  /** A day of the reader's calendar, `2026-03-04`. */
  date: string;
  /** Null for everything. */
  scopes: readonly string[] | null;
  /** A service account's id; empty for the signed-in user. */
  owner: string;
}

export const emptyDraft: KeyDraft = {
  label: '',
  dialect: 'reporisk',
  project: '',
  subOrg: '',
  expiry: 'never',
  date: '',
  scopes: null,
  addresses: '',
  rateCount: '',
  rateSeconds: '60',
  owner: '',
};

const longest = 3650;

/** The fields that another dialect changes: a key of `platform` names its scopes, one of `repurai` has none. */
export function inDialect(dialect: Dialect): Pick<KeyDraft, 'dialect' | 'scopes'> {
  return { dialect, scopes: dialect === 'platform' ? ['admin:*'] : null };
}

/** The days until the key expires; null for never, undefined when the input is unreadable. */
export function daysOf({ expiry, date }: KeyDraft): number | null | undefined {
  if (expiry === 'never') return null;
  const count = expiry === 'date' ? daysUntil(date) : Number(expiry);
  return count >= 1 && count <= longest ? count : undefined;
}

/** The days from today to a day of the reader's calendar; not a number for anything else. */
function daysUntil(date: string): number {
  const now = new Date();
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((Date.parse(date) - today) / 86_400_000);
}

/** The validation errors that a draft shows before the server sees it, by the field's name. */
export function validationErrorsOf(draft: KeyDraft): Record<string, string> {
  return defined({
    label: draft.label.trim() === '' ? text.labelNeeded : undefined,
    expiresInDays: daysOf(draft) === undefined ? text.dateError : undefined,
    scopes: draft.scopes?.length === 0 ? text.scopeNeeded : undefined,
    ...limitErrors(draft),
  });
}

/** The validation errors of limits; the server checks their maximum. */
export function limitErrors({ rateCount, rateSeconds }: LimitsDraft): Record<string, string> {
  const isWhole = (entered: string) => /^\d+$/.test(entered.trim());
  if (rateCount.trim() === '') return {};
  return defined({
    'rateLimit.limit': isWhole(rateCount) ? undefined : text.wholeNumber,
    'rateLimit.windowSeconds': isWhole(rateSeconds) ? undefined : text.wholeNumber,
  });
}

/** A key's present limits, as the start of an edit. */
export function limitsOf({ ipAllowList, rateLimit }: ApiKey): LimitsDraft {
  return {
    addresses: ipAllowList?.join('\n') ?? '',
    rateCount: rateLimit === null ? '' : String(rateLimit.limit),
    rateSeconds: rateLimit === null ? emptyDraft.rateSeconds : String(rateLimit.windowSeconds),
  };
}

/** The addresses entered, without empty lines; null for anywhere. */
export function addressesOf({ addresses }: LimitsDraft): string[] | null {
  const lines = addresses.split('\n').map((line) => line.trim());
  const given = lines.filter((line) => line !== '');
  return given.length === 0 ? null : given;
}

/** The rate limit entered; null for none. */
export function rateLimitOf({ rateCount, rateSeconds }: LimitsDraft): NewApiKey['rateLimit'] {
  if (rateCount.trim() === '') return null;
  return { limit: Number(rateCount), windowSeconds: Number(rateSeconds) };
}

/** A draft in the server's form. */
export function inputOf(draft: KeyDraft): NewApiKey {
  return {
    label: draft.label.trim(),
    dialect: draft.dialect,
    projectId: draft.dialect === 'platform' ? draft.project.trim() || null : null,
    subOrgId: draft.subOrg === '' ? null : Number(draft.subOrg),
    expiresInDays: daysOf(draft) ?? null,
    scopes: draft.scopes === null ? null : [...draft.scopes],
    ipAllowList: addressesOf(draft),
    rateLimit: rateLimitOf(draft) ?? null,
    serviceAccountId: draft.owner === '' ? null : draft.owner,
  };
}
