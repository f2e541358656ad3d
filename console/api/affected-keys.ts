import type { Api } from './api-context.tsx';
import type { ApiKey, ApiKeyQuery, BulkAction } from './records.ts';

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

/**
 * The keys that follow some of the `repurai` dialect, which made them: all end or stop with their maker;
 * a new owner gets those that had the same owner.
 */
export function descendantsQuery(
  { trpc }: Api,
  makers: readonly ApiKey[],
  action: Exclude<BulkAction, 'enable'>,
) {
  const statuses = action === 'disable' ? (['active'] as const) : (['active', 'disabled'] as const);
  const isOwned = action === 'take_over' || action === 'hand_over';
  return {
    queryKey: ['apiKeys', 'descendants', makers.map(({ id }) => id), action],
    queryFn: async (): Promise<AffectedKeys> => {
      const found = makers.flatMap(({ id, owner }) =>
        statuses.map(async (status) => {
          const page = await trpc.apiKeys.list.query({ madeBy: id, status, limit: 100 });
          const items = page.items.filter((key) => !isOwned || key.owner.id === owner.id);
          return { items, isMore: page.nextCursor !== null };
        }),
      );
      const pages = await Promise.all(found);
      const keys = new Map(pages.flatMap(({ items }) => items.map((key) => [key.id, key])));
      for (const { id } of makers) keys.delete(id);
      return { items: [...keys.values()], isMore: pages.some(({ isMore }) => isMore) };
    },
    enabled: makers.length > 0,
    gcTime: 0,
    staleTime: 0,
  };
}
