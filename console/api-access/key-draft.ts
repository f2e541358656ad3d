import type { NewApiKey } from '../api/records.ts';
import { keyForm as text } from '../messages/messages.ts';
import type { Scope } from './scopes.ts';

export type Expiry = keyof typeof text.expiryPresets;

/** What was entered for a new key, as it was entered. */
export interface KeyDraft {
  label: string;
  /** Empty for the whole organization. */
  subOrg: string;
  expiry: Expiry;
  days: string;
  /** Null for everything. */
  scopes: readonly Scope[] | null;
  /** One address or block per line. */
  addresses: string;
  /** A service account's id; empty for oneself. */
  owner: string;
}

export const emptyDraft: KeyDraft = {
  label: '',
  subOrg: '',
  expiry: 'never',
  days: '90',
  scopes: null,
  addresses: '',
  owner: '',
};

const longest = 3650;

/** In how many days the key expires; null for never, undefined when that cannot be read. */
export function daysOf({ expiry, days }: KeyDraft): number | null | undefined {
  if (expiry === 'never') return null;
  const text = expiry === 'custom' ? days.trim() : expiry;
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= longest ? count : undefined;
}

/** What can be said about a draft before the server sees it, by the field's name. */
export function faultsOf(draft: KeyDraft): Record<string, string> {
  return {
    ...(draft.label.trim() === '' ? { label: text.labelNeeded } : {}),
    ...(daysOf(draft) === undefined ? { expiresInDays: text.daysError } : {}),
    ...(draft.scopes?.length === 0 ? { scopes: text.scopeNeeded } : {}),
  };
}

/** A draft as the server takes it; empty lines of the address list are dropped. */
export function inputOf(draft: KeyDraft): NewApiKey {
  const addresses = draft.addresses.split('\n').map((line) => line.trim());
  const given = addresses.filter((line) => line !== '');
  return {
    label: draft.label.trim(),
    subOrgId: draft.subOrg === '' ? null : Number(draft.subOrg),
    expiresInDays: daysOf(draft) ?? null,
    scopes: draft.scopes === null ? null : [...draft.scopes],
    ipAllowList: given.length === 0 ? null : given,
    serviceAccountId: draft.owner === '' ? null : draft.owner,
  };
}
