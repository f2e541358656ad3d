import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import { defined } from './defined.ts';
import { everyPage } from './every-page.ts';

export const subOrgQueries = {
  /** Every sub-org: for choosing one, and for naming the sub-orgs of keys. */
  all: ({ trpc }: Api) => ({
    queryKey: ['subOrgs', 'all'],
    queryFn: () => everyPage((cursor) => trpc.subOrgs.list.query({ limit: 100, ...cursor })),
    staleTime: 60_000,
  }),
  list: ({ trpc }: Api, cursor: string | undefined) => ({
    queryKey: ['subOrgs', 'list', cursor],
    queryFn: () => trpc.subOrgs.list.query(defined({ limit: 25, cursor })),
    placeholderData: keepPreviousData,
  }),
};

export function refreshSubOrgs({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['subOrgs'] });
}
