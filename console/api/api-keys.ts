import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import type { ApiKey, ApiKeyPage, ApiKeyQuery } from './records.ts';

/** The refetch interval of data that changes while it is shown, in milliseconds. */
const live = 5_000;

/** What new keys can be made of. */
interface Offered {
  readonly dialects: readonly ApiKey['dialect'][];
  readonly extraScopes: readonly string[];
}

/** Query options of API keys. All are under `apiKeys`: one call makes all of them stale. */
export const apiKeyQueries = {
  status: ({ trpc }: Api) => ({
    queryKey: ['apiKeys', 'status'],
    queryFn: () => trpc.apiKeys.status.query({}),
  }),
  list: ({ trpc }: Api, query: ApiKeyQuery) => ({
    queryKey: ['apiKeys', 'list', query],
    queryFn: () => trpc.apiKeys.list.query(query),
    placeholderData: keepPreviousData<ApiKeyPage>,
  }),
  /** One key as the list shows it, and maybe others that name its id; refetched while it is shown. */
  one: ({ trpc }: Api, id: string) => ({
    queryKey: ['apiKeys', 'list', { search: id }],
    queryFn: () => trpc.apiKeys.list.query({ search: id, limit: 100 }),
    refetchInterval: live,
  }),
  /** How many keys need attention, by its kind. */
  attention: ({ trpc }: Api) => ({
    queryKey: ['apiKeys', 'attention'],
    queryFn: () => trpc.apiKeys.attention.query({}),
  }),
  /** The key formats that the server has, and the scopes of services that embed the verifier. */
  offered: (_api: Api) => ({
    queryKey: ['offered'],
    staleTime: Number.POSITIVE_INFINITY,
    async queryFn(): Promise<Offered> {
      const response = await fetch('/console.json');
      if (!response.ok) throw new Error(`console.json answered ${response.status}`);
      const { dialects, extra_scopes: extraScopes } = await response.json();
      return { dialects, extraScopes };
    },
  }),
  /** The last calls and the hourly counts, refetched while they are shown. */
  usage: ({ trpc }: Api, id: string) => ({
    queryKey: ['apiKeys', 'usage', id],
    queryFn: () => trpc.apiKeys.usage.query({ id, limit: 50 }),
    refetchInterval: live,
  }),
  retiringUse: ({ trpc }: Api, id: string) => ({
    queryKey: ['apiKeys', 'retiringUse', id],
    queryFn: () => trpc.apiKeys.retiringUse.query({ id }),
    refetchInterval: live,
  }),
  unusedScopes: ({ trpc }: Api, id: string) => ({
    queryKey: ['apiKeys', 'unusedScopes', id],
    queryFn: () => trpc.apiKeys.unusedScopes.query({ id }),
    refetchInterval: live,
  }),
  /** When a key's secret was last replaced; null when it still has its first. */
  lastRotation: ({ trpc }: Api, id: string) => ({
    queryKey: ['apiKeys', 'lastRotation', id],
    queryFn: async () => {
      const page = await trpc.auditLog.list.query({
        action: 'apiKeys.rotate',
        target: id,
        limit: 1,
      });
      return page.items[0]?.at ?? null;
    },
  }),
};

/** Makes all cached data about keys stale. */
export function refreshKeys({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['apiKeys'] });
}

/** Makes the lists of keys stale: one that is shown, or next, is fetched again. */
export function refreshLists({ queries }: Api): void {
  void queries.invalidateQueries({ queryKey: ['apiKeys', 'list'] });
}

/** Puts a key's new record into every list that shows it. */
export function showKey({ queries }: Api, id: string, change: (key: ApiKey) => ApiKey): void {
  queries.setQueriesData<ApiKeyPage>({ queryKey: ['apiKeys', 'list'] }, (page) =>
    page === undefined
      ? page
      : {
          ...page,
          items: page.items.map((key) => (key.id === id ? { ...key, ...change(key) } : key)),
        },
  );
}
