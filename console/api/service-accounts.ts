import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import { defined } from './defined.ts';
import { everyPage } from './every-page.ts';

export const serviceAccountQueries = {
  all: ({ trpc }: Api) => ({
    queryKey: ['serviceAccounts', 'all'],
    queryFn: () =>
      everyPage((cursor) => trpc.serviceAccounts.list.query({ limit: 100, ...cursor })),
    staleTime: 60_000,
  }),
  list: ({ trpc }: Api, cursor: string | undefined) => ({
    queryKey: ['serviceAccounts', 'list', cursor],
    queryFn: () => trpc.serviceAccounts.list.query(defined({ limit: 25, cursor })),
    placeholderData: keepPreviousData,
  }),
};

export function refreshServiceAccounts({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['serviceAccounts'] });
}
