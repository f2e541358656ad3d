import { hashKey, QueryClient, type QueryKey } from '@tanstack/solid-query';
import type { TRPCClient } from '@trpc/client';
import { createContext, useContext } from 'solid-js';
import type { AppRouter } from '../../server/trpc/router.ts';
import type { Identity } from './identity.ts';
import { problemOf } from './problem.ts';
import { withoutSecrets } from './raw-secrets.ts';
import { createRestClient, type RestClient } from './rest-client.ts';
import { createClient } from './trpc-client.ts';

/** The pages' access to the server. */
export interface Api {
  readonly trpc: TRPCClient<AppRouter>;
  /** The data plane: repositories and extensions. */
  readonly rest: RestClient;
  readonly queries: QueryClient;
  readonly identity: Identity;
}

/** A client and an empty cache for one signed-in identity. */
export function createApi(identity: Identity): Api {
  const headers = async () => ({ authorization: `Bearer ${await identity.token()}` });
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        queryKeyHashFn: hashWithoutSecrets,
        staleTime: 10_000,
        // The default waits while the browser seems offline: that looks like endless loading.
        networkMode: 'always',
        // A refusal by the server is final; a request that did not arrive is worth a retry.
        retry: (failures, error) => failures < 2 && isPassing(error),
      },
    },
  });
  const askAgain = (sentAt: number) => {
    const session = queries.getQueryState(['session']);
    // Asked for together with the refused request, or since: not older.
    if (session?.fetchStatus === 'fetching' || (session?.dataUpdatedAt ?? 0) >= sentAt) return;
    void queries.invalidateQueries({ queryKey: ['session'] });
  };
  return {
    identity,
    trpc: createClient(headers, askAgain),
    rest: createRestClient(headers, askAgain),
    queries,
  };
}

function isPassing(error: unknown): boolean {
  const { mayPass, kind } = problemOf(error);
  return mayPass && kind !== 'refused';
}

/**
 * Hashes the key of every query before it is cached. The key's author has replaced raw secrets by
 * then: one that is left is a bug, and throws.
 */
function hashWithoutSecrets(key: QueryKey): string {
  return hashKey(
    JSON.parse(JSON.stringify(key), (_name, value) => {
      if (typeof value === 'string' && withoutSecrets(value) !== value) {
        throw new Error('a query key holds a raw secret');
      }
      return value;
    }),
  );
}

export const ApiContext = createContext<Api>();

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('no api around this component');
  return api;
}
