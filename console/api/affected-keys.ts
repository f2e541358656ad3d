import type { Api } from './api-context.tsx';
import type { ApiKey, ApiKeyQuery } from './records.ts';

/** The keys that an action would revoke or stop. */
export interface AffectedKeys {
  /** At most a hundred of each status, the last used first. */
  readonly items: readonly ApiKey[];
  readonly isMore: boolean;
}

/** The keys of a sub-org or of a service account that have one of some statuses, as they are now. */
export function affectedKeysQuery(
  { trpc }: Api,
  of: Pick<ApiKeyQuery, 'subOrgId' | 'serviceAccountId'>,
  statuses: readonly ApiKey['status'][],
) {
  return {
    queryKey: ['apiKeys', 'affected', of, statuses],
    queryFn: async (): Promise<AffectedKeys> => {
      const pages = await Promise.all(
        statuses.map((status) =>
          trpc.apiKeys.list.query({ ...of, status, sort: '-last_used_at', limit: 100 }),
        ),
      );
      return {
        items: pages.flatMap(({ items }) => items),
        isMore: pages.some(({ nextCursor }) => nextCursor !== null),
      };
    },
    // Each dialog needs the present keys, not those of an earlier one.
    gcTime: 0,
    staleTime: 0,
  };
}
