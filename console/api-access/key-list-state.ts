import { defined } from '../api/defined.ts';
import type { ApiKey, ApiKeyQuery } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { useLocation } from '../ui/location.tsx';
import { cursorsText, parseCursors } from '../ui/pager.tsx';

export type Sort = keyof typeof text.sorts;
export type Status = ApiKey['status'];

const pageSize = 25;

/** What the list shows, as the URL says it: a link or a reload shows the same. */
export function createKeyListState() {
  const { parameter, change } = useLocation();
  const search = () => parameter('search') ?? '';
  const status = () => statuses.find((each) => each === parameter('status')) ?? null;
  const subOrgId = () =>
    /^\d+$/.test(parameter('sub_org') ?? '') ? Number(parameter('sub_org')) : null;
  const sort = () => sorts.find((each) => each === parameter('sort')) ?? '-created_at';
  const cursors = () => parseCursors(parameter('pages'));

  /** Anything that changes what is listed starts at its first page. */
  const restart = (changes: Record<string, string | undefined>) =>
    change({ ...changes, pages: undefined }, 'replace');

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
    cursors,
    isFiltered: () => search() !== '' || status() !== null || subOrgId() !== null,
    query: (): ApiKeyQuery => defined({ ...filter(), limit: pageSize, cursor: cursors().at(-1) }),
    filter,
    setSearch: (value: string) => restart({ search: value || undefined }),
    setStatus: (value: string) => restart({ status: value || undefined }),
    setSubOrg: (value: string) => restart({ sub_org: value || undefined }),
    setSort: (value: Sort) => restart({ sort: value === '-created_at' ? undefined : value }),
    clear: () => restart({ search: undefined, status: undefined, sub_org: undefined }),
    go: (to: readonly string[]) => change({ pages: cursorsText(to) }, 'push'),
  };
}

export type KeyListState = ReturnType<typeof createKeyListState>;

export const statuses: readonly Status[] = ['active', 'disabled', 'expired', 'revoked'];
const sorts = Object.keys(text.sorts) as Sort[];
