import { defined } from '../../api/defined.ts';
import type { ApiKey, ApiKeyChanges } from '../../api/records.ts';
import { keyForm as text } from '../../messages/messages.ts';
import { addressesOf, type LimitsDraft, limitErrors, limitsOf, rateLimitOf } from '../key-draft.ts';
import { scopesOf } from '../scopes.ts';

/** The key's new owner: as now, the signed-in user, the creator, or an account by its id. */
export type Owner = 'keep' | 'me' | 'creator' | { readonly account: string };

/** The edited settings of a key, as entered. */
export interface KeyEdit extends LimitsDraft {
  label: string;
  description: string;
  scopes: readonly string[] | null;
  owner: Owner;
}

/** A key's present settings, as the start of an edit. */
export function editOf(key: ApiKey): KeyEdit {
  return {
    label: key.label,
    description: key.description ?? '',
    scopes: key.scopes && ordered(key.dialect, key.scopes),
    owner: 'keep',
    ...limitsOf(key),
  };
}

/** In the order of the form: scopes that the dialect lacks are those of other services. */
function ordered(dialect: ApiKey['dialect'], scopes: readonly string[]): string[] {
  const builtIn = scopesOf[dialect];
  return [
    ...builtIn.filter((scope) => scopes.includes(scope)),
    ...scopes.filter((scope) => !builtIn.includes(scope)),
  ];
}

/**
 * The validation errors that an edit shows before the server sees it, by the field's name. Scopes
 * that were left as they are may be none.
 */
export function editErrors(key: ApiKey, edit: KeyEdit): Record<string, string> {
  const hasNoScope = edit.scopes?.length === 0 && hasChanged(key, edit, 'scopes');
  return defined({
    label: edit.label.trim() === '' ? text.labelNeeded : undefined,
    scopes: hasNoScope ? text.scopeNeeded : undefined,
    ...limitErrors(edit),
  });
}

/** The changed fields only: another admin's change of any other field survives. */
export function changesOf(key: ApiKey, edit: KeyEdit, me: string | undefined): ApiKeyChanges {
  const differs = (field: Setting) => hasChanged(key, edit, field);
  const isLimited = differs('rateCount') || differs('rateSeconds');
  return defined({
    id: key.id,
    label: differs('label') ? edit.label.trim() : undefined,
    description: differs('description') ? edit.description.trim() || null : undefined,
    scopes: differs('scopes') ? edit.scopes && [...edit.scopes] : undefined,
    ipAllowList: differs('addresses') ? addressesOf(edit) : undefined,
    rateLimit: isLimited ? rateLimitOf(edit) : undefined,
    ...ownerChange(edit.owner, me),
  });
}

type Setting = Exclude<keyof KeyEdit, 'owner'>;

function hasChanged(key: ApiKey, edit: KeyEdit, field: Setting): boolean {
  return JSON.stringify(edit[field]) !== JSON.stringify(editOf(key)[field]);
}

function ownerChange(owner: Owner, me: string | undefined): Omit<ApiKeyChanges, 'id'> {
  if (owner === 'keep') return {};
  if (owner === 'creator') return { serviceAccountId: null };
  if (owner === 'me') return me === undefined ? {} : { createdBy: me };
  return { serviceAccountId: owner.account };
}
