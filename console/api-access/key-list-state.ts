import { defined } from '../api/defined.ts';
import type { ApiKey, ApiKeyQuery } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { createPaging } from '../ui/list-page.tsx';
import { useLocation } from '../ui/location.tsx';

export type Sort = keyof typeof text.sorts;
export type Status = ApiKey['status'];

const pageSize = 25;

/** The state of the list, kept in the URL: a link or a reload shows the same. */
export function createKeyListState() {
  const { parameter } = useLocation();
  const paging = createPaging();
  const search = () => parameter('search') ?? '';
  const status = () => statuses.find((each) => each === parameter('status')) ?? null;
  const subOrgId = () =>
    /^\d+$/.test(parameter('sub_org') ?? '') ? Number(parameter('sub_org')) : null;
  const sort = () => sorts.find((each) => each === parameter('sort')) ?? '-created_at';

  /** The list without its pages. */
  const filter = (): ApiKeyQuery =>
    defined({
      sort: sort(),
      search: search() || undefined,
      status: status() ?? undefined,
      subOrgId: subOrgId() ?? undefined,
    });

  return {
    search,
    status,
    subOrgId,
    sort,
    paging,
    isFiltered: () => search() !== '' || status() !== null || subOrgId() !== null,
    query: (): ApiKeyQuery => defined({ ...filter(), limit: pageSize, cursor: paging.cursor() }),
    filter,
    setSearch: (value: string) => paging.restart({ search: value || undefined }),
    setStatus: (value: string) => paging.restart({ status: value || undefined }),
    setSubOrg: (value: string) => paging.restart({ sub_org: value || undefined }),
    setSort: (value: Sort) => paging.restart({ sort: value === '-created_at' ? undefined : value }),
    clear: () => paging.restart({ search: undefined, status: undefined, sub_org: undefined }),
  };
}

export type KeyListState = ReturnType<typeof createKeyListState>;

export const statuses: readonly Status[] = ['active', 'disabled', 'expired', 'revoked'];
const sorts = Object.keys(text.sorts) as Sort[];
