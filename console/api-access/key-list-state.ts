import { defined } from '../api/defined.ts';
import type { ApiKey, ApiKeyQuery, Attention } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { createPaging } from '../ui/list-page.tsx';
import { useLocation } from '../ui/location.tsx';

export type Sort = keyof typeof text.sorts;
export type Status = ApiKey['status'];

const pageSize = 50;

/** The state of the list, kept in the URL: a link or a reload shows the same. */
export function createKeyListState() {
  const { parameter } = useLocation();
  const paging = createPaging();
  const search = () => parameter('search') ?? '';
  const status = () => statuses.find((each) => each === parameter('status')) ?? null;
  const attention = () => attentions.find((each) => each === parameter('attention')) ?? null;
  const owner = () => parameter('owner');
  const subOrgId = () =>
    /^\d+$/.test(parameter('sub_org') ?? '') ? Number(parameter('sub_org')) : null;
  const sort = () => sorts.find((each) => each === parameter('sort')) ?? '-created_at';

  /** The list without its pages. */
  const filter = (): ApiKeyQuery =>
    defined({
      sort: sort(),
      search: search() || undefined,
      status: status() ?? undefined,
      attention: attention() ?? undefined,
      owner: owner() ?? undefined,
      subOrgId: subOrgId() ?? undefined,
    });

  return {
    search,
    status,
    attention,
    owner,
    subOrgId,
    sort,
    paging,
    isFiltered: () =>
      search() !== '' || [status(), attention(), owner(), subOrgId()].some((each) => each !== null),
    query: (): ApiKeyQuery => defined({ ...filter(), limit: pageSize, cursor: paging.cursor() }),
    filter,
    setSearch: (value: string) => paging.restart({ search: value || undefined }),
    setStatus: (value: string) => paging.restart({ status: value || undefined }),
    setAttention: (value: Attention | null) => paging.restart({ attention: value ?? undefined }),
    setOwner: (value: string | null) => paging.restart({ owner: value ?? undefined }),
    setSubOrg: (value: string) => paging.restart({ sub_org: value || undefined }),
    setSort: (value: Sort) => paging.restart({ sort: value === '-created_at' ? undefined : value }),
    clear: () =>
      paging.restart({
        ...{ search: undefined, status: undefined, attention: undefined },
        ...{ owner: undefined, sub_org: undefined },
      }),
  };
}

export type KeyListState = ReturnType<typeof createKeyListState>;

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
const sorts = Object.keys(text.sorts) as Sort[];
