import { defined } from '../api/defined.ts';
import type { ApiKey, ApiKeyQuery, Attention } from '../api/records.ts';
import { parseCursors } from '../ui/cursors.ts';

export type Sort = NonNullable<ApiKeyQuery['sort']>;
export type Status = ApiKey['status'];

export const statuses: readonly Status[] = ['active', 'disabled', 'expired', 'revoked'];

/** Most urgent first. */
export const attentions: readonly Attention[] = [
  'blocked',
  'expiring',
  'old_secret',
  'unused',
  'rotating',
  'refused_lately',
];

const sorts: readonly Sort[] = [
  ...(['-created_at', 'created_at', '-last_used_at', 'last_used_at'] as const),
  ...(['label', '-label', 'expires_at', '-expires_at'] as const),
];

const pageSize = 50;

type Parameter = (name: string) => string | null;

/** The filter and the order in an address; an unknown value is none. */
export function keyListFilter(parameter: Parameter) {
  const one = <Value extends string>(values: readonly Value[], name: string) =>
    values.find((each) => each === parameter(name)) ?? null;
  const subOrg = parameter('sub_org') ?? '';
  return {
    search: parameter('search') ?? '',
    status: one(statuses, 'status'),
    attention: one(attentions, 'attention'),
    owner: parameter('owner'),
    subOrgId: /^\d+$/.test(subOrg) ? Number(subOrg) : null,
    sort: one(sorts, 'sort') ?? '-created_at',
  };
}

/** The list that an address shows, without its pages. */
export function wholeKeyList(parameter: Parameter): ApiKeyQuery {
  const { search, status, attention, owner, subOrgId, sort } = keyListFilter(parameter);
  return defined({
    sort,
    search: search || undefined,
    status: status ?? undefined,
    attention: attention ?? undefined,
    owner: owner ?? undefined,
    subOrgId: subOrgId ?? undefined,
  });
}

/** The page of the list that an address shows. */
export function keyListPage(parameter: Parameter): ApiKeyQuery {
  const cursor = parseCursors(parameter('pages')).at(-1);
  return defined({ ...wholeKeyList(parameter), limit: pageSize, cursor });
}
