import type { Attention } from '../api/records.ts';
import { createPaging } from '../ui/list-page.tsx';
import { useLocation } from '../ui/location.tsx';
import { keyListFilter, keyListPage, type Sort, wholeKeyList } from './key-list-query.ts';

/** The state of the list, kept in the URL: a link or a reload shows the same. */
export function createKeyListState() {
  const { parameter } = useLocation();
  const paging = createPaging();
  const shown = () => keyListFilter(parameter);
  return {
    search: () => shown().search,
    status: () => shown().status,
    attention: () => shown().attention,
    owner: () => shown().owner,
    subOrgId: () => shown().subOrgId,
    sort: () => shown().sort,
    paging,
    isFiltered: () => {
      const { search, status, attention, owner, subOrgId } = shown();
      return search !== '' || [status, attention, owner, subOrgId].some((each) => each !== null);
    },
    query: () => keyListPage(parameter),
    filter: () => wholeKeyList(parameter),
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
