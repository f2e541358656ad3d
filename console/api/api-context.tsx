import { QueryClient } from '@tanstack/solid-query';
import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client';
import { createContext, useContext } from 'solid-js';
import type { AppRouter } from '../../server/trpc/router.ts';
import type { Identity } from '../session/identity.ts';
import { problemOf } from './problem.ts';

/** What the pages talk to the server with. */
export interface Api {
  readonly trpc: TRPCClient<AppRouter>;
  readonly queries: QueryClient;
  readonly identity: Identity;
}

/** A client and an empty cache for one signed-in identity. */
export function createApi(identity: Identity): Api {
  const authorization = async () => ({ authorization: `Bearer ${await identity.token()}` });
  return {
    identity,
    trpc: createTRPCClient<AppRouter>({
      // One request per call: each has its own request id, and none waits for a slower one.
      links: [httpLink({ url: '/trpc', headers: authorization })],
    }),
    queries: new QueryClient({
      defaultOptions: {
        queries: {
          staleTime: 10_000,
          // What the server has refused stays refused; what did not arrive is worth another try.
          retry: (failures, error) => failures < 2 && problemOf(error).mayPass,
        },
      },
    }),
  };
}

export const ApiContext = createContext<Api>();

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('no api around this component');
  return api;
}
