import { Show } from 'solid-js';
import { descendantsQuery } from '../api/affected-keys.ts';
import { useApi } from '../api/api-context.tsx';
import type { ApiKey, BulkAction } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { affectedKeys as text } from '../messages/messages.ts';
import { AffectedKeys } from '../ui/affected-keys.tsx';

/** The keys that those of an action have made, and that follow them. Enabling takes none along. */
export function createDescendants(keys: readonly ApiKey[], action: BulkAction) {
  const api = useApi();
  const taking = action === 'enable' ? null : action;
  const makers = taking === null ? [] : keys.filter(({ dialect }) => dialect === 'repurai');
  const query = useQuery(() => descendantsQuery(api, makers, taking ?? 'revoke'));
  return {
    isKnown: () => makers.length === 0 || !query.isPending,
    View: () => (
      <Show when={makers.length > 0 && taking}>
        {(followed) => (
          <AffectedKeys
            query={query}
            says={(count) => text.follow[followed()](count, keys.length)}
          />
        )}
      </Show>
    ),
  };
}
