import type { Api } from './api-context.tsx';

export const anthropicKeyQueries = {
  /** The key, masked, with its last check. */
  one: ({ trpc }: Api) => ({
    queryKey: ['anthropicKey', 'one'],
    queryFn: () => trpc.anthropicKey.get.query({}),
  }),
  use: ({ trpc }: Api) => ({
    queryKey: ['anthropicKey', 'use'],
    queryFn: () => trpc.anthropicKey.usage.query({}),
    staleTime: 60_000,
  }),
  /** The name of the user who set the key, from the audit log; null where it has none. */
  setter: ({ trpc }: Api, id: string | null) => ({
    queryKey: ['anthropicKey', 'setter', id],
    queryFn: async () => {
      const { items } = await trpc.auditLog.list.query({ action: 'anthropicKey.set', limit: 1 });
      const actor = items[0]?.actor;
      return actor !== undefined && actor.id === id ? actor.name : null;
    },
    enabled: id !== null,
  }),
};

/** Makes the cached record of the key stale. The raw key is in no cache. */
export function refreshAnthropicKey({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['anthropicKey'] });
}
