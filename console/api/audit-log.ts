import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';

export interface AuditFilter {
  readonly action: string;
  readonly actor: string;
  readonly target: string;
}

export const auditLogQueries = {
  list: ({ trpc }: Api, filter: AuditFilter, cursor: string | undefined) => ({
    queryKey: ['auditLog', 'list', filter, cursor],
    queryFn: () => {
      const given = Object.entries(filter).filter(([, value]) => value !== '');
      return trpc.auditLog.list.query({
        limit: 25,
        ...Object.fromEntries(given),
        ...(cursor ? { cursor } : {}),
      });
    },
    placeholderData: keepPreviousData,
  }),
};
