import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import type { ApiKey, ApiKeyPage, ApiKeyQuery } from './records.ts';

/** Query options of API keys; every one is under `apiKeys`, so that one call makes all stale. */
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
};

/** Makes everything that is known of keys stale. */
export function refreshKeys({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['apiKeys'] });
}

/** Puts a key's new record into every list that shows it. */
export function showKey({ queries }: Api, id: string, change: (key: ApiKey) => ApiKey): void {
  queries.setQueriesData<ApiKeyPage>({ queryKey: ['apiKeys', 'list'] }, (page) =>
    page === undefined
      ? page
      : { ...page, items: page.items.map((key) => (key.id === id ? change(key) : key)) },
  );
}
